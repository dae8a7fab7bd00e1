// Animations: they play as their file says, stand still on any frame in full detail, and take what is done to the picture.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { apng, draw } from "./png.ts";
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

const total = 12;
/** Each frame knows its number by its colour, and which way is up by its gradient. */
const frames = Array.from({ length: total }, (_, index) => draw(90, 60, (x, y) => [index * 20, x * 2, y * 4]));

describe.each(screens)("at %s", (_, screen) => {
  /** Nothing plays by itself. */
  const still = { ...screen, reducedMotion: "reduce" as const };

  test("begins by itself where motion is welcome", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, { ...screen, reducedMotion: "no-preference" });
    await viewer.drop({ name: "film.png", bytes: apng(frames, 40, 0) });
    await viewer.shows("film.png");
    const bar = viewer.page.locator("[data-role=play]");
    await expect.poll(() => bar.getAttribute("data-playing"), { timeout: 30_000 }).not.toBe(null);
    await expect.poll(async () => Number(await bar.getAttribute("data-index")), { timeout: 30_000 }).toBeGreaterThan(0);
    // Who has stopped it is not overruled, not even by a new decode.
    await viewer.page.locator("[data-action=play]").click();
    await expect.poll(() => bar.getAttribute("data-playing")).toBe(null);
    await viewer.prefer("server");
    await viewer.says(/^server/);
    expect(await bar.getAttribute("data-playing")).toBe(null);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("plays in a loop, pauses, steps and seeks", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, still);
    const { page } = viewer;
    await viewer.drop({ name: "film.png", bytes: apng(frames, 40, 0) });
    await viewer.shows("film.png");
    const bar = page.locator("[data-role=play]");
    await bar.waitFor({ timeout: 30_000 });
    const index = async () => Number(await bar.getAttribute("data-index"));
    const playing = async () => (await bar.getAttribute("data-playing")) !== null;
    await viewer.press("1");
    await viewer.equals(frames[0] as (typeof frames)[0]);

    await page.locator("[data-action=play]").click();
    await expect.poll(playing).toBe(true);
    // Every frame is seen, and the first again after the last.
    const seen = await page.evaluate(
      (total) =>
        new Promise<number[]>((settle) => {
          const bar = document.querySelector<HTMLElement>("[data-role=play]") as HTMLElement;
          const seen: number[] = [];
          const watch = new MutationObserver(() => {
            seen.push(Number(bar.dataset.index));
            if (seen.length < total * 2) return;
            watch.disconnect();
            settle(seen);
          });
          watch.observe(bar, { attributeFilter: ["data-index"] });
        }),
      total,
    );
    expect(new Set(seen).size).toBe(total);
    expect(seen.filter((at, step) => step > 0 && at < (seen[step - 1] as number)).length).toBeGreaterThanOrEqual(1);

    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await viewer.press(" ");
    await expect.poll(playing).toBe(false);
    const at = await index();
    await viewer.equals(frames[at] as (typeof frames)[0]);
    await viewer.press(".");
    await expect.poll(index).toBe((at + 1) % total);
    await viewer.equals(frames[(at + 1) % total] as (typeof frames)[0]);
    await viewer.press(",", ",");
    await expect.poll(index).toBe((at - 1 + total) % total);
    await viewer.equals(frames[(at - 1 + total) % total] as (typeof frames)[0]);
    await bar.getByRole("slider", { name: "Frame" }).fill("8");
    await expect.poll(index).toBe(7);
    await viewer.equals(frames[7] as (typeof frames)[0]);
    expect(await page.textContent("[data-role=details]")).toContain(`frame 8 of ${total}`);

    await page.selectOption("[data-role=speed]", "4");
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await viewer.press("<");
    expect(await page.locator("[data-role=speed]").inputValue()).toBe("2");
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("stops after as many loops as the file says, and plays turned when it is turned", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, still);
    const { page } = viewer;
    await viewer.drop({ name: "twice.png", bytes: apng(frames, 40, 2) });
    await viewer.shows("twice.png");
    const bar = page.locator("[data-role=play]");
    await bar.waitFor({ timeout: 30_000 });
    await viewer.press("r", "1");
    await page.evaluate(() => {
      const bar = document.querySelector<HTMLElement>("[data-role=play]") as HTMLElement;
      const firsts: number[] = [];
      Object.assign(window, { firsts });
      new MutationObserver(() => firsts.push(Number(bar.dataset.index))).observe(bar, {
        attributeFilter: ["data-index"],
      });
    });
    await viewer.press(" ");
    await expect.poll(() => bar.getAttribute("data-playing")).not.toBe(null);
    await expect.poll(() => bar.getAttribute("data-playing"), { timeout: 30_000 }).toBe(null);
    expect(await bar.getAttribute("data-index")).toBe(String(total - 1));
    const seen = await page.evaluate(() => (window as unknown as { firsts: number[] }).firsts);
    // From the first to the last, and once more.
    expect(seen.filter((at, step) => step > 0 && at < (seen[step - 1] as number)).length).toBe(1);
    const last = frames[total - 1] as (typeof frames)[0];
    await viewer.equals(
      draw(60, 90, (x, y) => {
        const at = ((59 - x) * 90 + y) * 4;
        return last.pixels.subarray(at, at + 4) as unknown as [number, number, number, number];
      }),
    );
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });
});
