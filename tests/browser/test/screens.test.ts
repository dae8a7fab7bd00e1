// The main states look as they did: screenshots against those in `screens/`, with LOCUS_UPDATE_SCREENS=1 made anew. Letters
// are left out and both are made small, because fonts differ between machines; a part that moved or is missing is not.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { launch, type Served, serve } from "../harness.ts";
import { ExplorerPage, whole } from "./explorer/explorer.ts";
import { draw, png } from "./viewer/png.ts";
import { pages, ViewerPage } from "./viewer/viewer.ts";

// Every state is drawn, waited for and reduced; on a machine that does other work that adds up.
vi.setConfig({ testTimeout: 240_000 });

const folder = join(import.meta.dirname, "../screens");
/** Width in pixels to which both are made small, and that of what is committed. */
const small = 180;
const committed = 720;
/** By how much of 255 a small pixel may differ, and the share of them that may differ by more. */
const tolerance = { shade: 20, share: 0.015 };

let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve({ pages })]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

const desk = { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" } as const;
const phone = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  reducedMotion: "reduce",
} as const;

const pictures = Array.from({ length: 24 }, (_, at) => ({
  name: `${at}.png`,
  bytes: png(draw(600, at % 3 ? 400 : 700, (x, y) => [(x + at * 40) & 255, (y * 2) & 255, (at * 53) & 255])),
}));

/** A screenshot without letters, by a page of its own reduced to a width. */
async function shot(page: Page): Promise<string> {
  await page.addStyleTag({ content: "* { color: transparent !important; caret-color: transparent !important }" });
  return (await page.screenshot({ animations: "disabled", caret: "hide" })).toString("base64");
}

/** The same picture, `width` pixels wide. */
async function reduced(base64: string, width: number): Promise<{ png: string; pixels: number[] }> {
  const page = await browser.newPage();
  const made = await page.evaluate(
    async ({ base64, width }) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      let picture: ImageBitmap | OffscreenCanvas = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      // By halves, so that every pixel counts.
      while (picture.width >= 2 * width) picture = drawn(picture, picture.width / 2);
      const last = drawn(picture, width);
      const pixels = last.getContext("2d")?.getImageData(0, 0, last.width, last.height).data ?? [];
      const file = new Uint8Array(await (await last.convertToBlob({ type: "image/png" })).arrayBuffer());
      return { png: btoa(Array.from(file, (byte) => String.fromCharCode(byte)).join("")), pixels: [...pixels] };

      function drawn(from: ImageBitmap | OffscreenCanvas, width: number): OffscreenCanvas {
        const canvas = new OffscreenCanvas(Math.round(width), Math.round((from.height * width) / from.width));
        const context = canvas.getContext("2d");
        if (context) context.imageSmoothingQuality = "high";
        context?.drawImage(from, 0, 0, canvas.width, canvas.height);
        return canvas;
      }
    },
    { base64, width },
  );
  await page.close();
  return made;
}

/** The share of small pixels that differ from the committed screenshot's. */
async function differing(page: Page, name: string): Promise<number> {
  const path = join(folder, `${name}.png`);
  const taken = await shot(page);
  const [now, then] = await Promise.all([reduced(taken, small), reduced(readFileSync(path).toString("base64"), small)]);
  if (now.pixels.length !== then.pixels.length) return 1;
  let count = 0;
  for (let at = 0; at < now.pixels.length; at += 4) {
    const apart = [0, 1, 2].some(
      (channel) => Math.abs((now.pixels[at + channel] ?? 0) - (then.pixels[at + channel] ?? 0)) > tolerance.shade,
    );
    if (apart) count++;
  }
  return count / (now.pixels.length / 4);
}

async function looksAs(page: Page, name: string): Promise<void> {
  const path = join(folder, `${name}.png`);
  if (process.env.LOCUS_UPDATE_SCREENS) {
    const width = Math.min(committed, page.viewportSize()?.width ?? committed);
    writeFileSync(path, (await reduced(await shot(page), width)).png, "base64");
  }
  if (!existsSync(path)) throw new Error(`${path} is missing; LOCUS_UPDATE_SCREENS=1 makes it`);
  expect(await differing(page, name), `${name} against screens/${name}.png`).toBeLessThan(tolerance.share);
}

async function opened(options: BrowserContextOptions): Promise<ViewerPage> {
  const viewer = await ViewerPage.open(browser, served.origin, options);
  await viewer.prefer("local");
  await viewer.drop(...pictures);
  await viewer.shows("0.png");
  await expect.poll(() => viewer.page.locator(".strip canvas").count(), { timeout: 30_000 }).toBeGreaterThan(5);
  await viewer.page.getByRole("button", { name: "Dismiss" }).click();
  // Nothing is under the pointer.
  await viewer.page.mouse.move(viewer.page.viewportSize()?.width ?? 0, 0);
  return viewer;
}

/** Every cell in view has its picture. */
async function filled(viewer: ViewerPage): Promise<void> {
  await viewer.page.locator("[data-role=contact-sheet] canvas").first().waitFor();
  await expect
    .poll(() => viewer.page.locator("[data-role=contact-sheet] [role=option]:not(:has(canvas))").count(), {
      timeout: 30_000,
    })
    .toBe(0);
}

test.each([
  ["picture-1440-light", { ...desk, colorScheme: "light" }],
  ["picture-390-dark", { ...phone, colorScheme: "dark" }],
] as const)("a picture with its strip: %s", async (name, options) => {
  const viewer = await opened(options);
  await filledStrip(viewer);
  await looksAs(viewer.page, name);
  // What is compared would be noticed: without the strip it is another picture.
  await viewer.page.addStyleTag({ content: ".strip { visibility: hidden }" });
  expect(await differing(viewer.page, name)).toBeGreaterThan(tolerance.share);
  await viewer.close();
});

/** Every picture of the strip that is an element has its small one. */
async function filledStrip(viewer: ViewerPage): Promise<void> {
  await expect.poll(() => viewer.page.locator(".strip li:not(:has(canvas))").count(), { timeout: 30_000 }).toBe(0);
}

test.each([
  ["sheet-1440-dark", { ...desk, colorScheme: "dark" }],
  ["sheet-390-light", { ...phone, colorScheme: "light" }],
] as const)("the contact sheet: %s", async (name, options) => {
  const viewer = await opened(options);
  await viewer.press("k");
  await filled(viewer);
  await looksAs(viewer.page, name);
  await viewer.close();
});

test("the palette", async () => {
  const viewer = await opened({ ...desk, colorScheme: "light" });
  await viewer.press("Control+k");
  await viewer.page.locator("[data-role=palette]").waitFor();
  await filledStrip(viewer);
  await looksAs(viewer.page, "palette-1440-light");
  await viewer.close();
});

test("the explorer", async () => {
  const explorer = await ExplorerPage.open(browser, served.origin, whole, "local", { ...desk, colorScheme: "dark" });
  await explorer.settles();
  await looksAs(explorer.page, "explorer-1440-dark");
  await explorer.close();
});
