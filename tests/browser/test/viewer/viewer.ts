// The viewer page in a real browser, spoken to as its visitors do: files are dropped, keys pressed, pixels looked at.

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import type { Drawn } from "./png.ts";

const root = resolve(import.meta.dirname, "../../../..");

/** The pages as `scripts/build pages` leaves them; LOCUS_PAGES names another build. */
export const pages = process.env.LOCUS_PAGES ?? join(root, "assets/dist");

export const samples = join(root, "assets/samples");

export function sample(name: string): string {
  const path = join(samples, name);
  if (!existsSync(path)) throw new Error(`${path} is not there; scripts/make-samples makes it`);
  return path;
}

export interface Dropped {
  name: string;
  bytes: Buffer;
}

/** Milliseconds within which anything small happens, on a slow machine that is doing other work. */
const patience = 30_000;

export class ViewerPage {
  readonly page: Page;
  /** What the console said that it should not have. */
  readonly complaints: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  /** Opens the page at 1440 × 900 unless told. */
  static async open(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<ViewerPage> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const viewer = new ViewerPage(await context.newPage());
    await viewer.page.goto(origin);
    await viewer.page.getByRole("button", { name: "Open pictures" }).first().waitFor();
    return viewer;
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  /** Drops files on the page, all at once. */
  async drop(...files: Dropped[]): Promise<void> {
    const parts = files.map(({ name, bytes }) => ({ name, base64: bytes.toString("base64") }));
    await this.page.evaluate((all) => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of all) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
      }
      const event = { bubbles: true, cancelable: true, dataTransfer: transfer };
      document.body.dispatchEvent(new DragEvent("dragover", event));
      document.body.dispatchEvent(new DragEvent("drop", event));
    }, parts);
  }

  /** Opens files through the dialog. */
  async choose(...paths: string[]): Promise<void> {
    await this.page.setInputFiles("input[type=file]", paths);
  }

  async prefer(place: "local" | "server" | "auto"): Promise<void> {
    await this.page.check(`input[name=place][value=${place}]`, { force: true });
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Waits until the picture of this name is on the canvas. */
  async shows(name: string): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => {
        const canvas = document.querySelector<HTMLElement>(".canvas");
        return canvas?.dataset.key !== undefined && canvas.getAttribute("aria-label")?.startsWith(`${wanted},`);
      },
      name,
      { timeout: patience },
    );
  }

  /** Where the last call ran, as the line beneath the switch says. */
  async line(): Promise<string> {
    return ((await this.page.textContent("[data-role=last-call]")) ?? "").trim();
  }

  /** Waits for a line beneath the switch. */
  async says(words: RegExp): Promise<void> {
    await expect.poll(() => this.line(), { timeout: patience }).toMatch(words);
  }

  /** What the strip says of its pictures: names, or what went wrong. */
  names(): Promise<(string | null)[]> {
    return this.page.locator(".strip .thumb").evaluateAll((all) => all.map((each) => each.getAttribute("title")));
  }

  /** The name above the canvas: of the picture that is asked for. */
  async selected(): Promise<string> {
    return (await this.page.textContent("[data-role=name]")) ?? "";
  }

  /** How many of the picture's pixels on the canvas differ from `drawn`, at the scale that is shown. */
  differing(drawn: Drawn): Promise<number> {
    const { width, height } = drawn;
    return this.page.evaluate(
      ({ base64, width, height }) => {
        const expected = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        const host = document.querySelector<HTMLElement>(".canvas");
        const canvas = document.querySelector<HTMLCanvasElement>("canvas[data-role=picture]");
        const context = canvas?.getContext("2d");
        if (!host || !context) return width * height;
        const x = Math.round(Number(host.dataset.x) * devicePixelRatio);
        const y = Math.round(Number(host.dataset.y) * devicePixelRatio);
        const actual = context.getImageData(x, y, width, height).data;
        let differing = 0;
        for (let at = 0; at < expected.length; at += 4) {
          const same =
            expected[at] === actual[at] &&
            expected[at + 1] === actual[at + 1] &&
            expected[at + 2] === actual[at + 2] &&
            expected[at + 3] === actual[at + 3];
          if (!same) differing++;
        }
        return differing;
      },
      { base64: Buffer.from(drawn.pixels).toString("base64"), width, height },
    );
  }

  /** At one to one, the canvas becomes equal to `drawn` in every bit. */
  async equals(drawn: Drawn): Promise<void> {
    await expect.poll(() => this.differing(drawn), { timeout: patience, interval: 100 }).toBe(0);
  }

  /** The colour in the middle of the canvas' picture. */
  async middle(): Promise<number[]> {
    return this.page.evaluate(() => {
      const host = document.querySelector<HTMLElement>(".canvas");
      const canvas = document.querySelector<HTMLCanvasElement>("canvas[data-role=picture]");
      const context = canvas?.getContext("2d");
      const label = host?.getAttribute("aria-label")?.match(/, ([\d,]+) by ([\d,]+) pixels/);
      if (!host || !context || !label) return [];
      const half = (text = "0") => (Number(text.replaceAll(",", "")) * Number(host.dataset.scale)) / 2;
      const x = Number(host.dataset.x) * devicePixelRatio + half(label[1]);
      const y = Number(host.dataset.y) * devicePixelRatio + half(label[2]);
      return [...context.getImageData(Math.round(x), Math.round(y), 1, 1).data];
    });
  }
}
