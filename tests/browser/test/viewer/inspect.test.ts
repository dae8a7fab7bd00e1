// The inspector: pixels as decoded, channels alone, the histogram with what is clipped, and what the file says.

import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { busy, draw, png } from "./png.ts";
import { screens } from "./screens.ts";
import { pages, sample, ViewerPage } from "./viewer.ts";

let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve({ pages })]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

/** Of 100 columns, ten are white, five black; the middle has a sample of each kind. */
const drawn = draw(100, 80, (x, y) => (x < 10 ? [255, 255, 255] : x < 15 ? [0, 0, 0] : [40 + x, 200 - y, 90]));
const file = { name: "known.png", bytes: png(drawn) };

describe.each(screens)("at %s", (_, screen) => {
  test("the histogram says what is clipped, the pointer reads pixels, and channels are seen alone", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, screen);
    const { page } = viewer;
    await viewer.drop(file);
    await viewer.shows("known.png");
    await viewer.press("i");
    const panel = page.locator("[data-role=info]");
    await expect.poll(() => panel.locator("[data-role=black]").textContent()).toContain("5.0 % at black");
    expect(await panel.locator("[data-role=white]").textContent()).toContain("10.0 % at white");
    expect(await panel.locator("[data-role=histogram] path").count()).toBe(3);

    // The page moves the picture when its panel comes: where it lies is asked until a pixel of known value is met.
    const point = (x: number, y: number) =>
      page.evaluate(
        ([x, y]) => {
          const canvas = document.querySelector<HTMLElement>(".canvas");
          const scale = Number(canvas?.dataset.scale) / devicePixelRatio;
          return {
            x: Number(canvas?.dataset.x) + (x + 0.5) * scale,
            y: Number(canvas?.dataset.y) + (y + 0.5) * scale,
          };
        },
        [x, y] as const,
      );
    const read = async (x: number, y: number) => {
      const at = await point(x, y);
      await page.mouse.move(at.x + 3, at.y);
      await page.mouse.move(at.x, at.y);
      return (await panel.locator("[data-role=pixel]").textContent())?.replace(/\s+/g, " ");
    };
    await expect.poll(() => read(50, 30)).toMatch(/R 90 ?G 170 ?B 90 ?A 255 ?50, 30 · #5aaa5a/);
    await expect.poll(() => read(12, 70)).toMatch(/R 0 ?G 0 ?B 0 ?A 255 ?12, 70/);

    for (const [key, channel, name] of [
      ["6", 0, "Red alone"],
      ["7", 1, "Green alone"],
      ["8", 2, "Blue alone"],
      ["9", 3, "Alpha alone"],
    ] as const) {
      await viewer.press(key);
      await viewer.press("1");
      await viewer.equals(
        draw(100, 80, (x, y) => {
          const value = drawn.pixels[(y * 100 + x) * 4 + channel] as number;
          return [value, value, value];
        }),
      );
      expect(await panel.getByRole("button", { name }).getAttribute("aria-pressed")).toBe("true");
    }
    await panel.getByRole("button", { name: "All channels" }).click();
    await viewer.equals(drawn);
    await panel.getByRole("button", { name: "Mark clipped pixels" }).click();
    await viewer.equals(
      draw(100, 80, (x, y) => {
        if (x < 10) return [255, 60, 40];
        if (x < 15) return [40, 110, 255];
        const [r = 0, g = 0, b = 0] = drawn.pixels.subarray((y * 100 + x) * 4);
        const dim = 64 + (((r * 54 + g * 183 + b * 19) >> 8) >> 1);
        return [dim, dim, dim];
      }),
    );
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("the parts of the file are listed, and its profile is put in words", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, screen);
    const { page } = viewer;
    await viewer.drop({ name: "dunes.jpg", bytes: readFileSync(sample("dunes.jpg")) }, file);
    await viewer.shows("dunes.jpg");
    await viewer.press("i");
    const told = page.locator("[data-role=metadata][data-told]");
    await told.waitFor({ timeout: 30_000 });
    await told.locator("[data-role=boxes] summary").click();
    await expect.poll(() => told.locator("[data-role=boxes] td").first().textContent()).toMatch(/SOI|APP|JFIF/);
    await viewer.press("n");
    await viewer.shows("known.png");
    await expect.poll(() => told.locator("[data-role=boxes] td:first-child").allTextContents()).toContain("IHDR");
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });
});

test("a single clipped pixel is marked, however far the picture is zoomed out", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  const { page } = viewer;
  const grey = draw(3000, 1500, (x, y) => (x === 1001 && y === 501 ? [255, 100, 100] : [100, 100, 100]));
  await viewer.drop({ name: "grey.png", bytes: png(grey) });
  await viewer.shows("grey.png");
  await viewer.press("2");
  const marks = () =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>("canvas[data-role=picture]");
      const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let marks = 0;
      for (let at = 0; at < data.length; at += 4) {
        if ((data[at] as number) > (data[at + 2] as number) + 40 && data[at + 3] === 255) marks++;
      }
      return marks;
    });
  await expect.poll(marks).toBeGreaterThan(0);
  await viewer.press("2");
  await expect.poll(marks).toBe(0);
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});

test("pixels are sharp squares when zoomed in, and smooth when out", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  const { page } = viewer;
  const fine = draw(64, 64, busy);
  await viewer.drop({ name: "fine.png", bytes: png(fine) });
  await viewer.shows("fine.png");
  // At eight times its size, every pixel is a square of 64 equal ones.
  for (let step = 0; step < 8; step++) await viewer.press("+");
  const scale = () => page.getAttribute(".canvas", "data-scale").then(Number);
  await expect.poll(scale).toBeGreaterThan(10);
  const uneven = () =>
    page.evaluate((width) => {
      const host = document.querySelector<HTMLElement>(".canvas");
      const canvas = document.querySelector<HTMLCanvasElement>("canvas[data-role=picture]");
      const context = canvas?.getContext("2d");
      if (!host || !context) return -1;
      const scale = Number(host.dataset.scale);
      const x = Number(host.dataset.x);
      const y = Number(host.dataset.y);
      let uneven = 0;
      for (let column = width / 2 - 8; column < width / 2 + 8; column++) {
        // Two points well within one square.
        const colors = [0.25, 0.75].map((at) =>
          context.getImageData(Math.floor(x + (column + at) * scale), Math.floor(y + 32.5 * scale), 1, 1).data.join(),
        );
        if (colors[0] !== colors[1]) uneven++;
      }
      return uneven;
    }, 64);
  await expect.poll(uneven).toBe(0);

  // A checkerboard of single pixels becomes an even grey, as light adds up.
  await viewer.drop({
    name: "checks.png",
    bytes: png(draw(2048, 2048, (x, y) => ((x + y) % 2 ? [255, 255, 255] : [0, 0, 0]))),
  });
  await viewer.shows("checks.png");
  await viewer.press("0");
  const greys = () =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>("canvas[data-role=picture]");
      const { data } =
        canvas?.getContext("2d")?.getImageData(canvas.width / 2 - 20, canvas.height / 2 - 20, 40, 40) ?? {};
      const values = [...(data ?? [])].filter((_, at) => at % 4 === 0);
      return Math.max(...values) - Math.min(...values) < 12 && (values[0] ?? 0) > 150 && (values[0] ?? 0) < 220;
    });
  await expect.poll(greys).toBe(true);
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});
