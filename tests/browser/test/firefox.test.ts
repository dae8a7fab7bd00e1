// A smoke test in Firefox, which shares neither the wasm compiler nor the message loop nor the canvas with Chromium.

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { executable, type Served, serve } from "../harness.ts";

const root = resolve(import.meta.dirname, "../../..");
const patience = 45_000;

let browser: Browser;
let served: Served;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  const executablePath = executable("LOCUS_FIREFOX", ["firefox-esr", "firefox"]);
  [browser, served] = await Promise.all([
    puppeteer.launch({ browser: "firefox", executablePath, headless: true }),
    serve({ pages: join(root, "assets/dist") }),
  ]);
}, 120_000);

afterEach(async () => {
  await page?.close();
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

async function open(path: string): Promise<void> {
  page = await browser.newPage();
  complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.setViewport({ width: 1280, height: 800 });
  await page.goto(`${served.origin}${path}`);
}

async function says(words: RegExp): Promise<void> {
  const line = () => page.$eval("[data-role=last-call]", (element) => element.textContent ?? "");
  await expect.poll(line, { timeout: patience }).toMatch(words);
}

test("a picture that is dropped is shown, computed in either place", async () => {
  await open("/");
  await page.waitForSelector("input[name=place]");
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await page.keyboard.press("b");
  const base64 = readFileSync(join(root, "codec-core/tests/corpus/lossy.jxl")).toString("base64");
  await page.evaluate((encoded) => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], "lossy.jxl"));
    document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
  }, base64);
  const shown = () =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLElement>(".canvas");
      return canvas?.dataset.key !== undefined && canvas.getAttribute("aria-label");
    });
  await expect.poll(shown, { timeout: patience }).toMatch(/^lossy\.jxl,/);
  await says(/this browser/);
  await page.keyboard.press("s");
  await says(/server/);
  await expect.poll(shown, { timeout: patience }).toMatch(/^lossy\.jxl,/);
  expect(complaints).toEqual([]);
}, 120_000);

test("the explorer fills its screen from either place", async () => {
  await open("/fractal#re=-0.75&im=0&zoom=0&palette=dusk&limit=512");
  const whole = () =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLElement>(".canvas");
      return canvas?.ariaBusy === "false" && canvas.dataset.missing === "0" && canvas.dataset.tiles !== "0";
    });
  for (const [key, place] of [
    ["b", /this browser/],
    ["s", /server/],
  ] as const) {
    // Tiles that are still on their way would be counted with those to come.
    await expect.poll(whole, { timeout: patience }).toBe(true);
    await new Promise((wake) => setTimeout(wake, 500));
    await page.keyboard.press(key);
    // To where no tile is yet.
    for (let zoom = 0; zoom < 3; zoom++) await page.keyboard.press("+");
    await says(place);
    await expect.poll(whole, { timeout: patience }).toBe(true);
  }
  // The middle of the screen is the set's.
  const shot = await page.screenshot({ clip: { x: 600, y: 380, width: 8, height: 8 }, encoding: "base64" });
  const black = await page.evaluate(async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(8, 8).getContext("2d");
    context?.drawImage(bitmap, 0, 0);
    return [...(context?.getImageData(0, 0, 8, 8).data ?? [])].filter((_, at) => at % 4 < 3).every((each) => each < 8);
  }, shot);
  expect(black).toBe(true);
  expect(complaints).toEqual([]);
}, 120_000);
