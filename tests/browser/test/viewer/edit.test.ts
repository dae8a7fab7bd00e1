// Turning, mirroring and cropping: seen at once, taken back step by step, and never done to the file.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { busy, type Drawn, draw, png } from "./png.ts";
import { screens } from "./screens.ts";
import { pages, ViewerPage } from "./viewer.ts";

let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve({ pages })]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

/** Odd sides, so that a shift by one shows. */
const drawn = draw(151, 101, busy);

function remade(from: Drawn, width: number, height: number, source: (x: number, y: number) => [number, number]): Drawn {
  return draw(width, height, (x, y) => {
    const [sx, sy] = source(x, y);
    return from.pixels.subarray((sy * from.width + sx) * 4) as unknown as [number, number, number, number];
  });
}

const right = (from: Drawn) => remade(from, from.height, from.width, (x, y) => [y, from.height - 1 - x]);
const left = (from: Drawn) => right(right(right(from)));
const mirror = (from: Drawn) => remade(from, from.width, from.height, (x, y) => [from.width - 1 - x, y]);
const overturn = (from: Drawn) => remade(from, from.width, from.height, (x, y) => [x, from.height - 1 - y]);
const crop = (from: Drawn, x: number, y: number, width: number, height: number) =>
  remade(from, width, height, (column, row) => [x + column, y + row]);

describe.each(screens)("at %s", (_, screen) => {
  test("turns and mirrors add up, and are taken back one by one", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, screen);
    await viewer.drop({ name: "odd.png", bytes: png(drawn) });
    await viewer.shows("odd.png");
    await viewer.press("e");
    await viewer.equals(drawn);
    const steps = [
      ["r", right],
      ["h", mirror],
      ["l", left],
      ["u", overturn],
      ["r", right],
      ["r", right],
    ] as const;
    const states = [drawn];
    for (const [key, by] of steps) {
      states.push(by(states.at(-1) as Drawn));
      await viewer.press(key);
      await viewer.equals(states.at(-1) as Drawn);
    }
    for (const state of states.slice(0, -1).reverse()) {
      await viewer.press("z");
      await viewer.equals(state);
    }
    // The row of tools does what the keys do.
    await viewer.page.locator("[data-role=edit] [data-action=rotate-right]").click();
    await viewer.equals(right(drawn));
    expect(await viewer.page.getAttribute(".canvas", "aria-label")).toContain("101 by 151 pixels");
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("a crop is drawn, typed or kept to an aspect, over a turned picture, too", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, screen);
    const { page } = viewer;
    await viewer.drop({ name: "odd.png", bytes: png(drawn) });
    await viewer.shows("odd.png");
    await viewer.press("r", "h");
    const before = mirror(right(drawn));
    await viewer.equals(before);
    await viewer.press("Shift+C");
    const box = page.locator("[data-role=crop-box]");
    await box.waitFor();
    const field = (side: string) => page.locator(`[data-role=crop-${side}]`);
    for (const [side, value] of [
      ["width", 60],
      ["height", 70],
      ["x", 11],
      ["y", 23],
    ] as const) {
      await field(side).fill(String(value));
      await field(side).press("Tab");
    }
    expect(await box.getAttribute("aria-label")).toBe("Crop to 60 by 70 pixels, 11 from the left, 23 from the top");
    await page.locator("[data-role=apply-crop]").click();
    await viewer.equals(crop(before, 11, 23, 60, 70));
    // Turning what was cropped turns what is left.
    await viewer.press("r");
    await viewer.equals(right(crop(before, 11, 23, 60, 70)));
    await viewer.press("z", "z");
    await viewer.equals(before);

    // By hand: the corner at the bottom right goes to the middle, and then the whole to the side.
    await viewer.press("Shift+C");
    await box.waitFor();
    const area = async () => (await box.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await expect.poll(async () => Math.round((await area()).width * (screen.deviceScaleFactor ?? 1))).toBe(101);
    const all = await area();
    const corner = await page.locator("[data-handle='1,1']").boundingBox();
    if (!corner) throw new Error("there is no corner");
    await page.mouse.move(corner.x + corner.width / 2, corner.y + corner.height / 2);
    await page.mouse.down();
    await page.mouse.move(all.x + all.width / 2, all.y + all.height / 2, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => Math.abs((await area()).width - all.width / 2)).toBeLessThan(2);
    await page.selectOption("[data-role=aspect]", { label: "1 : 1" });
    const said = async () => ((await box.getAttribute("aria-label")) ?? "").match(/\d+/g)?.map(Number) ?? [];
    const [width, height] = await said();
    expect(width).toBe(height);
    await box.focus();
    const x = (await said())[2] ?? 0;
    await viewer.press("ArrowRight");
    await expect.poll(async () => (await said())[2]).toBeGreaterThan(x);
    await viewer.press("Escape");
    await box.waitFor({ state: "detached" });
    await viewer.equals(before);
    await viewer.press("Shift+Z");
    await viewer.equals(drawn);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });
});

test("each picture has its own changes, and they outlive a reload", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  const other = draw(90, 60, (x, y) => [x, y, 128]);
  await viewer.drop({ name: "one.png", bytes: png(drawn) }, { name: "two.png", bytes: png(other) });
  await viewer.shows("one.png");
  await viewer.press("r");
  await viewer.equals(right(drawn));
  await viewer.press("n");
  await viewer.shows("two.png");
  await viewer.equals(other);
  await viewer.press("p");
  await viewer.shows("one.png");
  await viewer.equals(right(drawn));
  await viewer.page.reload();
  await viewer.shows("one.png");
  await viewer.equals(right(drawn));
  await viewer.press("z");
  await viewer.equals(drawn);
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});
