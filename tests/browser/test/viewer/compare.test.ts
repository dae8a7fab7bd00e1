// Two pictures, or two decodes of one, under a divider and as their difference in figures.

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

const before = draw(200, 120, busy);
/** One sample of a single pixel differs by ten. */
const after = draw(200, 120, (x, y) => {
  const [red, green, blue] = busy(x, y);
  return x === 150 && y === 60 ? [red > 127 ? red - 10 : red + 10, green, blue] : [red, green, blue];
});
const inverse = draw(200, 120, (x, y) => busy(x, y).map((sample = 0) => 255 - sample) as [number, number, number]);

describe.each(screens)("at %s", (_, screen) => {
  test("what differs is counted, and magnified", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, screen);
    const { page } = viewer;
    await viewer.drop({ name: "before.png", bytes: png(before) }, { name: "after.png", bytes: png(after) });
    await viewer.shows("before.png");
    await viewer.press("v");
    const words = page.locator("[data-role=difference]");
    await expect.poll(() => words.textContent(), { timeout: 30_000 }).toContain("at most 10 of 255");
    expect(await words.textContent()).toMatch(/under 0\.001 on average;\s+1 pixel/);
    await page.locator("[data-mode=difference]").click();
    const magnified = (gain: number) =>
      draw(200, 120, (x, y) => (x === 150 && y === 60 ? [10 * gain, 0, 0] : [0, 0, 0]));
    await viewer.equals(magnified(16));
    await page.selectOption("[data-role=gain]", "4");
    await viewer.equals(magnified(4));
    await viewer.press("Escape");
    await page.locator("[data-role=compare]").waitFor({ state: "detached" });
    await viewer.equals(before);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("the divider parts the two, by pointer and by keys", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, screen);
    const { page } = viewer;
    await viewer.drop({ name: "before.png", bytes: png(before) }, { name: "inverse.png", bytes: png(inverse) });
    await viewer.shows("before.png");
    await viewer.press("v");
    const divider = page.locator("[data-role=divider]");
    await divider.waitFor({ timeout: 30_000 });
    /** Left of the divider the one, right of it the other, in every pixel. */
    const parted = async () => {
      const ratio = screen.deviceScaleFactor ?? 1;
      const at = await divider.evaluate((line) => line.getBoundingClientRect().x + line.clientWidth / 2);
      const x = Number(await page.getAttribute(".canvas", "data-x"));
      const column = Math.round(at * ratio) - Math.round(x * ratio);
      const mixed: Drawn = draw(200, 120, (x, y) => {
        const from = x < column ? before : inverse;
        return from.pixels.subarray((y * 200 + x) * 4) as unknown as [number, number, number, number];
      });
      return { column, differing: await viewer.differing(mixed) };
    };
    await expect.poll(async () => (await parted()).differing, { timeout: 30_000 }).toBeLessThanOrEqual(120);
    const { column } = await parted();
    expect(column).toBeGreaterThan(0);
    expect(column).toBeLessThan(200);
    await divider.focus();
    await viewer.press("ArrowRight");
    expect(await divider.getAttribute("aria-valuenow")).toBe("52");
    await expect.poll(async () => (await parted()).differing).toBeLessThanOrEqual(120);
    const line = await divider.boundingBox();
    if (!line) throw new Error("there is no divider");
    await page.mouse.move(line.x + line.width / 2, line.y + line.height / 3);
    await page.mouse.down();
    await page.mouse.move(line.x + line.width / 2 - 30, line.y + line.height / 3, { steps: 3 });
    await page.mouse.up();
    await expect.poll(async () => Number(await divider.getAttribute("aria-valuenow"))).toBeLessThan(52);
    await expect.poll(async () => (await parted()).differing).toBeLessThanOrEqual(120);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("both places' decodes of one picture are compared", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, screen);
    const { page } = viewer;
    await viewer.drop({ name: "before.png", bytes: png(before) });
    await viewer.shows("before.png");
    await viewer.press("v");
    await expect
      .poll(() => page.locator("[data-role=difference]").textContent(), { timeout: 30_000 })
      .toContain("Equal in every pixel");
    expect(await page.locator("[data-role=divider]").getAttribute("aria-label")).toBe(
      "Divider between this browser and server",
    );
    await page.getByRole("button", { name: "Done" }).click();
    await viewer.equals(before);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });
});
