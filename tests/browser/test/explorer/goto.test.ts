// Going somewhere at once: coordinates typed and pasted, a box drawn, moves undone and done again.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { ExplorerPage, pages, patience, screens, whole } from "./explorer.ts";

let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve({ pages })]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

/** As somebody pastes it from elsewhere. */
async function paste(explorer: ExplorerPage, text: string): Promise<void> {
  await explorer.role("go-re").evaluate((field, words) => {
    const data = new DataTransfer();
    data.setData("text", words);
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
}

describe.each(screens)("at $name", ({ options }) => {
  const open = () => ExplorerPage.open(browser, served.origin, whole, "local", { ...options, reducedMotion: "reduce" });

  test("coordinates that are typed are where one is then", async () => {
    const explorer = await open();
    await explorer.settles();
    await explorer.press("g");
    await explorer.role("go-re").fill("-0.743643887");
    await explorer.role("go-im").fill("0.131825904");
    await explorer.role("go-zoom").fill("2e4");
    await explorer.role("go-limit").fill("2500");
    await explorer.role("go").click();
    await explorer.settles();
    expect(explorer.address).toMatchObject({ limit: "2500" });
    expect(explorer.address.re).toBeCloseTo(-0.743643887, 8);
    expect(explorer.address.im).toBeCloseTo(0.131825904, 8);
    expect(explorer.address.zoom).toBeCloseTo(Math.log2(2e4), 2);
    expect(await explorer.role("goto").count()).toBe(0);
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });

  test("a link, a row of numbers and a complex number are understood when pasted", async () => {
    const explorer = await open();
    await explorer.settles();
    await explorer.press("g");
    await paste(explorer, "look at http://localhost/fractal#re=-0.5&im=0.6&zoom=5&palette=reef&limit=900 please");
    await expect.poll(() => explorer.address.palette).toBe("reef");
    expect(explorer.address).toMatchObject({ re: -0.5, im: 0.6, zoom: 5, limit: "900" });
    await paste(explorer, "-0.16; 1.0405, 1e3, 700");
    expect(await explorer.role("go-zoom").inputValue()).toBe("1e3");
    await paste(explorer, "−1.25 + 0.02i");
    expect(await explorer.role("go-re").inputValue()).toBe("-1.25");
    expect(await explorer.role("go-im").inputValue()).toBe("+0.02");
    await explorer.role("go").click();
    await expect.poll(() => explorer.address.re).toBeCloseTo(-1.25, 6);
    expect(explorer.address.im).toBeCloseTo(0.02, 6);
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });

  test("what cannot be understood is named beside its field, and nothing moves", async () => {
    const explorer = await open();
    await explorer.settles();
    const before = explorer.hash;
    await explorer.press("g");
    await explorer.role("go-re").fill("north");
    await explorer.role("go-im").fill("7");
    await explorer.role("go-zoom").fill("1e40");
    await explorer.role("go-limit").fill("many");
    await explorer.role("go").click();
    const faults = await explorer.role("fault").allTextContents();
    expect(faults.map((words) => words.split(" ")[0])).toEqual(["“north”", "Nothing", "Numbers", "“many”"]);
    expect(await explorer.role("go-re").getAttribute("aria-invalid")).toBe("true");
    expect(explorer.hash).toBe(before);
    await explorer.press("Escape");
    await expect.poll(() => explorer.role("goto").count()).toBe(0);
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });
});

test("a box that is drawn with Shift fills the screen", async () => {
  const explorer = await ExplorerPage.open(browser, served.origin, whole);
  await explorer.settles();
  const at = (x: number, y: number) => ({ re: -0.75 + (x - 720) / 256, im: -(y - 450) / 256 });
  await explorer.page.keyboard.down("Shift");
  await explorer.page.mouse.move(500, 300);
  await explorer.page.mouse.down();
  await explorer.page.mouse.move(700, 400, { steps: 4 });
  await explorer.role("box").waitFor();
  await explorer.page.mouse.up();
  await explorer.page.keyboard.up("Shift");
  await expect.poll(() => explorer.address.zoom, { timeout: patience }).toBeCloseTo(Math.log2(1440 / 200), 1);
  await explorer.settles();
  expect(explorer.address.re).toBeCloseTo(at(600, 350).re, 3);
  expect(explorer.address.im).toBeCloseTo(at(600, 350).im, 3);
  expect(await explorer.role("box").count()).toBe(0);
  expect(explorer.complaints).toEqual([]);
  await explorer.close();
});

test("on a phone one finger draws a box after its button was pressed, and drags again afterwards", async () => {
  const [, phone] = screens;
  const explorer = await ExplorerPage.open(browser, served.origin, { ...whole, zoom: -1 }, "local", {
    ...phone?.options,
    reducedMotion: "reduce",
  });
  await explorer.settles();
  await explorer.act("box");
  const session = await explorer.page.context().newCDPSession(explorer.page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", x: number, y: number) =>
    session.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y }] });
  await touch("touchStart", 100, 200);
  for (let step = 1; step <= 5; step++) await touch("touchMove", 100 + 20 * step, 200 + 40 * step);
  await touch("touchEnd", 0, 0);
  await expect.poll(() => explorer.address.zoom, { timeout: patience }).toBeCloseTo(-1 + Math.log2(390 / 100), 1);
  const { zoom, re } = explorer.address;
  await touch("touchStart", 200, 300);
  for (let step = 1; step <= 5; step++) await touch("touchMove", 200 - 20 * step, 300);
  await touch("touchEnd", 0, 0);
  await expect.poll(() => explorer.address.re).toBeGreaterThan(re);
  expect(explorer.address.zoom).toBe(zoom);
  expect(explorer.complaints).toEqual([]);
  await explorer.close();
});

test("moves are undone and done again, and the first one does not leave the page", async () => {
  const explorer = await ExplorerPage.open(browser, served.origin, whole, "local", { reducedMotion: "reduce" });
  await explorer.settles();
  const hashes = [explorer.hash];
  const undo = explorer.page.locator("[data-action=undo]").first();
  expect(await undo.isDisabled()).toBe(true);
  for (const key of ["+", "ArrowLeft"]) {
    const before = explorer.hash;
    await explorer.press(key);
    await expect.poll(() => explorer.hash).not.toBe(before);
    await explorer.settles();
    // A move is over when nothing has changed for a while.
    await explorer.page.waitForTimeout(900);
    hashes.push(explorer.hash);
  }
  await explorer.press("z");
  await expect.poll(() => explorer.hash).toBe(hashes[1]);
  await explorer.press("z");
  await expect.poll(() => explorer.hash).toBe(hashes[0]);
  await expect.poll(() => undo.isDisabled()).toBe(true);
  await explorer.press("z");
  await explorer.press("y");
  await expect.poll(() => explorer.hash).toBe(hashes[1]);
  // What can be undone is known after a reload as well.
  await explorer.page.reload();
  await explorer.settles();
  expect(explorer.hash).toBe(hashes[1]);
  await explorer.press("y");
  await expect.poll(() => explorer.hash).toBe(hashes[2]);
  await explorer.act("undo");
  await expect.poll(() => explorer.hash).toBe(hashes[1]);
  expect(explorer.complaints).toEqual([]);
  await explorer.close();
});
