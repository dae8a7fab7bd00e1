// The explorer in a real browser, spoken to as its visitors do: wheels turned, fingers spread, pixels looked at.

import { join, resolve } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { expect } from "vitest";
import { paletteOf, table, tableSize } from "../../../../assets/src/explorer/palettes.ts";
import { chromiumPath } from "../../harness.ts";

const root = resolve(import.meta.dirname, "../../../..");

/** The pages as `scripts/build pages` leaves them; LOCUS_PAGES names another build. */
export const pages = process.env.LOCUS_PAGES ?? join(root, "assets/dist");

/** What every feature is tried at. */
export const screens: readonly { name: string; options: BrowserContextOptions }[] = [
  { name: "1440 px, dark", options: { viewport: { width: 1440, height: 900 }, colorScheme: "dark" } },
  {
    name: "390 px, light",
    options: {
      viewport: { width: 390, height: 844 },
      colorScheme: "light",
      hasTouch: true,
      isMobile: true,
      deviceScaleFactor: 2,
    },
  },
];

/** Milliseconds within which a screen of tiles is there, on a slow machine that is doing other work. */
export const patience = 45_000;

const common = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"];

/** A Chromium that draws by this: WebGL2 computed by the processor, or no WebGL at all. */
export function launchWith(surface: "webgl2" | "2d"): Promise<Browser> {
  const graphics =
    surface === "2d" ? ["--disable-3d-apis"] : ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"];
  return chromium.launch({ executablePath: chromiumPath(), args: [...common, ...graphics] });
}

export interface OpenOptions extends BrowserContextOptions {
  /** `webgl2` has it drawn so although no graphics card does; else the page chooses. */
  surface?: "auto" | "webgl2";
}

export interface Address {
  re: string;
  im: string;
  /** Powers of two from 256 pixels a unit on. */
  zoom: number;
  /** The constant of a Julia set. */
  julia?: readonly [re: number, im: number];
  palette?: string;
  limit?: number;
}

export function fragment({ re, im, zoom, julia, palette = "dusk", limit }: Address): string {
  return `#re=${re}&im=${im}&zoom=${zoom}${julia ? `&julia=${julia}` : ""}&palette=${palette}${limit === undefined ? "" : `&limit=${limit}`}`;
}

/** All of the set at 256 pixels a unit: on a screen of even size each of its pixels is one of a tile. */
export const whole: Address = { re: "-0.75", im: "0", zoom: 0, limit: 512 };

export class ExplorerPage {
  readonly page: Page;
  /** What the console said that it should not have. */
  readonly complaints: string[] = [];
  /** Calls that were sent to the server. */
  sent = 0;

  constructor(page: Page) {
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("request", (request) => {
      if (request.url().endsWith("/v1/call")) this.sent++;
    });
  }

  /** Opens the page at 1440 × 900 unless told, where a place was chosen before. */
  static async open(
    browser: Browser,
    origin: string,
    address: Address | undefined,
    place: "local" | "server" | "auto" = "local",
    { surface = "auto", ...options }: OpenOptions = {},
  ): Promise<ExplorerPage> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    await context.addInitScript(
      (chosen) => {
        for (const [name, value] of Object.entries(chosen)) {
          if (!localStorage.getItem(`locus.${name}`)) localStorage.setItem(`locus.${name}`, value);
        }
      },
      { place, surface },
    );
    const explorer = new ExplorerPage(await context.newPage());
    await explorer.page.goto(`${origin}/fractal${address ? fragment(address) : ""}`);
    await explorer.page.locator("[data-role=plane]").waitFor();
    return explorer;
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  async prefer(place: "local" | "server" | "auto"): Promise<void> {
    await this.press({ local: "b", server: "s", auto: "a" }[place]);
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** What has a role of ours. */
  role(name: string): Locator {
    return this.page.locator(`[data-role=${name}]`);
  }

  /** Does what an action does, by the control that a thumb reaches or through the menu. */
  async act(id: string): Promise<void> {
    const control = this.page.locator(`[data-action=${id}]:visible`).first();
    if (await control.count()) return control.click();
    throw new Error(`no control for ${id} is in sight`);
  }

  /** Chooses from the menu behind "More". */
  async choose(name: string): Promise<void> {
    await this.page.getByRole("button", { name: "More" }).click();
    await this.page.getByRole("menuitem", { name }).click();
  }

  get hash(): string {
    return new URL(this.page.url()).hash;
  }

  /** The view as the URL says it. */
  get address(): { re: number; im: number; zoom: number; palette: string | null; limit: string | null } {
    const fields = new URLSearchParams(this.hash.slice(1));
    const number = (name: string) => Number(fields.get(name) ?? Number.NaN);
    return {
      re: number("re"),
      im: number("im"),
      zoom: number("zoom"),
      palette: fields.get("palette"),
      limit: fields.get("limit"),
    };
  }

  /** Waits until nothing moves and no tile is missing. */
  async settles(): Promise<void> {
    await this.page.waitForFunction(
      () => {
        const canvas = document.querySelector<HTMLElement>(".canvas");
        const done = canvas?.ariaBusy === "false" && canvas.dataset.missing === "0" && canvas.dataset.tiles !== "0";
        // Nothing is on its way for as long as a move takes to be one.
        const since = done ? ((globalThis as { since?: number }).since ?? performance.now()) : undefined;
        (globalThis as { since?: number | undefined }).since = since;
        return since !== undefined && performance.now() - since > 400;
      },
      undefined,
      { timeout: patience },
    );
    await this.page.evaluate(() => delete (globalThis as { since?: number }).since);
  }

  /** Where the last call ran, as the line beneath the switch says. */
  async line(): Promise<string> {
    return ((await this.page.textContent("[data-role=last-call]")) ?? "").trim();
  }

  async says(words: RegExp): Promise<void> {
    await expect.poll(() => this.line(), { timeout: patience }).toMatch(words);
  }

  /** What is on the screen, as RGBA. */
  async pixels(clip: { x: number; y: number; width: number; height: number }): Promise<Uint8Array> {
    const png = (await this.page.screenshot({ clip })).toString("base64");
    const base64 = await this.page.evaluate(async (encoded) => {
      const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext("2d");
      if (!context) throw new Error("no context");
      context.drawImage(bitmap, 0, 0);
      const data = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
      let text = "";
      for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));
      return btoa(text);
    }, png);
    return new Uint8Array(Buffer.from(base64, "base64"));
  }

  /** Share of the screen's middle whose colours are not those of the set at `whole`, or of a Julia set around 0. */
  async wrong(palette: string, julia?: readonly [number, number]): Promise<number> {
    const clip = { x: 400, y: 150, width: 600, height: 560 };
    const actual = await this.pixels(clip);
    let wrong = 0;
    let all = 0;
    // A lattice of odd strides, which no tile's edge is in step with.
    for (let y = 0; y < clip.height; y += 7) {
      for (let x = 0; x < clip.width; x += 11) {
        const re = (julia ? 0 : -0.75) + (clip.x + x + 0.5 - 720) / 256;
        const im = -(clip.y + y + 0.5 - 450) / 256;
        const expected = colour(palette, julia ? orbit(...julia, 512, re, im) : orbit(re, im, 512));
        const at = (y * clip.width + x) * 4;
        const far = expected.some((value, part) => Math.abs(value - (actual[at + part] ?? 0)) > 6);
        if (far) wrong++;
        all++;
      }
    }
    return wrong / all;
  }
}

/** Count and fraction of a point, by the plainest loop; undefined where it does not escape. */
export function orbit(re: number, im: number, limit: number, x = 0, y = 0): number | undefined {
  for (let n = 1; n <= limit; n++) {
    [x, y] = [x * x - y * y + re, 2 * x * y + im];
    const square = x * x + y * y;
    if (square > 256 ** 2) return n + 1 - Math.log2(Math.log(Math.sqrt(square)) / Math.log(256));
  }
  return undefined;
}

const tables = new Map<string, Uint8Array>();

function colour(id: string, count: number | undefined): number[] {
  if (count === undefined) return [0, 0, 0];
  const palette = paletteOf(id);
  const colours = tables.get(id) ?? table(palette);
  tables.set(id, colours);
  const turn = Math.sqrt(Math.max(0, count)) * palette.turns + palette.start;
  const at = Math.floor((turn - Math.floor(turn)) * tableSize) * 4;
  return [...colours.subarray(at, at + 3)];
}
