// What is on the canvas is what the decoder gave, bit for bit, and stays so wherever it is computed.

import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { busy, draw, plain, png } from "./png.ts";
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

async function opened(options = {}): Promise<ViewerPage> {
  return ViewerPage.open(browser, served.origin, options);
}

describe("a dropped picture", () => {
  test("is on the canvas bit for bit at one to one, across tiles, in either place", async () => {
    const viewer = await opened();
    // Not a multiple of a tile, and of odd size.
    const drawn = draw(1101, 701, busy);
    await viewer.drop({ name: "busy.png", bytes: png(drawn) });
    await viewer.shows("busy.png");
    await viewer.press("1");
    await viewer.equals(drawn);
    await viewer.says(/this browser, \d+ threads? · .* · nothing sent/);

    await viewer.prefer("server");
    await viewer.says(/^server · .* moved/);
    await viewer.equals(drawn);

    await viewer.prefer("local");
    await viewer.says(/this browser/);
    await viewer.equals(drawn);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("is one to one with the screen's pixels where two of them make one of the page's", async () => {
    const viewer = await opened({ viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 });
    const drawn = draw(900, 500, busy);
    await viewer.drop({ name: "busy.png", bytes: png(drawn) });
    await viewer.shows("busy.png");
    await viewer.press("1");
    await viewer.equals(drawn);
    await viewer.close();
  });

  test("is bit for bit again after zooming, moving and fitting", async () => {
    const viewer = await opened();
    const drawn = draw(1000, 600, busy);
    await viewer.drop({ name: "busy.png", bytes: png(drawn) });
    await viewer.shows("busy.png");
    await viewer.press("+", "+", "+", "ArrowLeft", "ArrowUp", "-", "0", "+", "-", "-", "0", "1");
    await viewer.equals(drawn);
    await viewer.close();
  });

  test("keeps whole and half transparency", async () => {
    const viewer = await opened();
    // Colours that survive multiplication with half alpha and back.
    const drawn = draw(64, 64, (x, y) => (x < 32 ? [0, 0, 0, 0] : y < 32 ? [255, 0, 0, 255] : [255, 255, 255, 128]));
    await viewer.drop({ name: "glass.png", bytes: png(drawn) });
    await viewer.shows("glass.png");
    await viewer.press("1");
    await viewer.equals(drawn);
    expect(await viewer.page.locator(".checkerboard").count()).toBe(1);
    await viewer.close();
  });

  test("enlarged shows sharp squares", async () => {
    const viewer = await opened();
    const drawn = draw(4, 4, (x, y) => ((x + y) % 2 ? [255, 255, 255] : [0, 0, 0]));
    await viewer.drop({ name: "checks.png", bytes: png(drawn) });
    await viewer.shows("checks.png");
    for (let step = 0; step < 20; step++) await viewer.press("+");
    await expect.poll(() => viewer.page.textContent("[data-role=zoom]"), { timeout: 10_000 }).toBe("6,400 %");
    const shades = await viewer.page.evaluate(() => {
      const host = document.querySelector<HTMLElement>(".canvas");
      const canvas = document.querySelector<HTMLCanvasElement>("canvas[data-role=picture]");
      const x = Math.round(Number(host?.dataset.x));
      const y = Math.round(Number(host?.dataset.y));
      const data = canvas?.getContext("2d")?.getImageData(x, y, 256, 256).data ?? [];
      return [...new Set(Array.from({ length: data.length / 4 }, (_, at) => data[at * 4]))].sort();
    });
    expect(shades).toEqual([0, 255]);
    await viewer.close();
  });
});

test("a lossless JPEG XL is equal in both places", async () => {
  const viewer = await opened();
  await viewer.drop({ name: "test-card.jxl", bytes: readFileSync(sample("test-card.jxl")) });
  await viewer.shows("test-card.jxl");
  await viewer.press("1");
  const read = async () =>
    viewer.page.evaluate(async () => {
      const canvas = document.querySelector<HTMLCanvasElement>("canvas[data-role=picture]");
      const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
      const digest = await crypto.subtle.digest("SHA-256", data ?? new Uint8Array());
      return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    });
  await viewer.page.waitForTimeout(1000);
  const here = await read();
  await viewer.prefer("server");
  await viewer.says(/^server/);
  await viewer.page.waitForTimeout(1000);
  expect(await read()).toBe(here);
  await viewer.close();
});

test("several pictures: strip, neighbours, taking out", async () => {
  const viewer = await opened();
  const colors = { red: [200, 20, 20], green: [20, 180, 20], blue: [20, 20, 220] } as const;
  await viewer.drop(
    ...Object.entries(colors).map(([name, [r, g, b]]) => ({
      name: `${name}.png`,
      bytes: png(draw(300, 200, plain(r, g, b))),
    })),
  );
  await viewer.shows("red.png");
  expect(await viewer.names()).toEqual(["red.png", "green.png", "blue.png"]);
  // Thumbnails of those that nobody has looked at come too.
  await expect.poll(() => viewer.page.locator(".strip canvas").count(), { timeout: 30_000 }).toBe(3);

  await viewer.press("PageDown");
  await viewer.shows("green.png");
  await expect.poll(() => viewer.middle()).toEqual([...colors.green, 255]);
  expect(await viewer.page.title()).toBe("green.png – Locus");
  await viewer.press("ArrowRight");
  await viewer.shows("blue.png");
  await expect.poll(() => viewer.middle()).toEqual([...colors.blue, 255]);
  await viewer.press("PageDown", "p", "p");
  await viewer.shows("red.png");

  await viewer.press("Delete");
  await viewer.shows("green.png");
  expect(await viewer.names()).toEqual(["green.png", "blue.png"]);
  await viewer.press("x", "x");
  await viewer.page.getByRole("heading", { name: "Drop pictures here" }).waitFor();
  expect(await viewer.page.title()).toBe("Locus");
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});

test("more pictures than the budget holds come back when they are wanted", async () => {
  const viewer = await opened();
  const all = Array.from({ length: 6 }, (_, at) => ({
    name: `${at}.png`,
    drawn: draw(400, 300, plain(at * 40, 90, 200)),
  }));
  await viewer.drop(...all.map(({ name, drawn }) => ({ name, bytes: png(drawn) })));
  for (const { name } of [...all, ...all].slice(1)) {
    await viewer.page.locator(`.strip .thumb[title="${name}"]`).click();
    await viewer.shows(name);
    await expect.poll(() => viewer.middle()).toEqual([Number(name[0]) * 40, 90, 200, 255]);
  }
  await viewer.close();
});
