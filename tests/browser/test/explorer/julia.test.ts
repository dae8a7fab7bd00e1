// Julia sets: the one of the point under the pointer, small, and as a page of its own.

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

describe.each(screens)("at $name", ({ options }) => {
  const open = () => ExplorerPage.open(browser, served.origin, whole, "local", { ...options, reducedMotion: "reduce" });
  const width = options.viewport?.width ?? 0;
  const height = options.viewport?.height ?? 0;

  test("the set of the point under the pointer is shown small, and follows it", async () => {
    const explorer = await open();
    await explorer.settles();
    await explorer.press("h");
    const picture = () =>
      explorer.page.locator("[data-role=julia-inset] canvas").evaluate((canvas: HTMLCanvasElement) => {
        const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
        return [...(data ?? [])].filter((_, at) => at % 4 === 0 && at % 148 === 0).join();
      });
    const fresh = () =>
      explorer.page.locator("[data-role=julia-inset]:not([data-stale])").waitFor({ timeout: patience });
    await explorer.page.mouse.move(width / 2, height / 2 + 5);
    await fresh();
    const first = await picture();
    expect(new Set(first.split(",")).size).toBeGreaterThan(3);
    await explorer.page.mouse.move(width / 2 + 60, height / 2 - 150, { steps: 4 });
    await expect.poll(picture, { timeout: patience }).not.toBe(first);
    // The choice is kept.
    await explorer.page.reload();
    await explorer.role("julia-inset").waitFor();
    await explorer.press("h");
    expect(await explorer.role("julia-inset").count()).toBe(0);
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });

  test("a Julia set fills the page, is in the link, and leads back to where one was", async () => {
    const explorer = await open();
    await explorer.settles();
    const before = explorer.hash;
    await explorer.page.mouse.move(width / 2 + 20, height / 2 - 160);
    await explorer.press("j");
    await expect.poll(() => explorer.hash).toMatch(/julia=-?[\d.]+,-?[\d.]+/);
    await explorer.settles();
    expect(await explorer.page.textContent("[data-role=name]")).toBe("Julia set");
    const [re = 0, im = 0] = (/julia=([^&]+)/.exec(explorer.hash)?.[1] ?? "").split(",").map(Number);
    expect(re).toBeCloseTo(-0.75 + 20 / 256, 1);
    expect(im).toBeCloseTo(160 / 256, 1);

    const link = explorer.hash;
    await explorer.page.reload();
    await explorer.settles();
    expect(explorer.hash).toBe(link);
    expect(await explorer.page.textContent("[data-role=name]")).toBe("Julia set");
    await explorer.page.goBack();
    await expect.poll(() => explorer.hash).toBe(before);
    expect(await explorer.page.textContent("[data-role=name]")).toBe("Mandelbrot set");
    await explorer.page.goForward();
    await expect.poll(() => explorer.hash).toBe(link);
    await explorer.page.locator("[data-action=julia]:visible").first().click();
    await expect.poll(() => explorer.page.textContent("[data-role=name]")).toBe("Mandelbrot set");
    await explorer.settles();
    expect(explorer.hash).not.toMatch(/julia/);
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });
});

test("every pixel of a Julia set has the colour of its own orbit", async () => {
  const julia = [-0.8, 0.156] as const;
  const explorer = await ExplorerPage.open(browser, served.origin, { ...whole, re: "0", julia });
  await explorer.settles();
  expect(await explorer.wrong("dusk", julia)).toBeLessThan(0.005);
  expect(await explorer.wrong("dusk")).toBeGreaterThan(0.3);
  expect(explorer.complaints).toEqual([]);
  await explorer.close();
});
