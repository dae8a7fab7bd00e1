// Both pages' main states under axe: no finding that keeps somebody out.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../harness.ts";
import { apng, draw, plain, png } from "./viewer/png.ts";
import { pages, sample, ViewerPage } from "./viewer/viewer.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve({ pages })]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

const sizes: [string, BrowserContextOptions][] = [
  ["1440 px, light", { viewport: { width: 1440, height: 900 }, colorScheme: "light" }],
  ["390 px, dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true, isMobile: true }],
];
/** Nothing moves while it is looked at. */
const still = { reducedMotion: "reduce" } as const;

/** What is serious or worse, in a line each. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
    return axe.run({ resultTypes: ["violations"] });
  });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
    );
}

const pictures = [...Array(20).keys()].map((at) => ({
  name: `${at}.png`,
  bytes: png(draw(120, 80, plain(at * 12, 120, 200))),
}));

describe.each(sizes)("at %s", (_, options) => {
  const opened = () => ViewerPage.open(browser, served.origin, { ...options, ...still });

  test("the viewer's invitation", async () => {
    const viewer = await opened();
    await viewer.page.locator(".sample").first().waitFor();
    expect(await findings(viewer.page)).toEqual([]);
    await viewer.close();
  });

  test("a picture with its strip and its panel", async () => {
    const viewer = await opened();
    await viewer.drop({ name: "dunes.jxl", bytes: readFileSync(sample("dunes.jxl")) }, ...pictures);
    await viewer.shows("dunes.jxl");
    await viewer.press("i");
    await viewer.page.locator("[data-role=info]").waitFor();
    expect(await findings(viewer.page)).toEqual([]);
    await viewer.close();
  });

  test("what went wrong", async () => {
    const viewer = await opened();
    await viewer.drop({ name: "garbage.png", bytes: Buffer.from("no picture at all") });
    await viewer.page.getByRole("alert").waitFor();
    expect(await findings(viewer.page)).toEqual([]);
    await viewer.close();
  });

  test("the contact sheet, with some chosen", async () => {
    const viewer = await opened();
    await viewer.drop(...pictures);
    await viewer.shows("0.png");
    await viewer.press("k");
    await viewer.page.getByRole("listbox").waitFor();
    await viewer.press(" ", "ArrowRight", " ");
    await viewer.page.getByText("2 selected").waitFor();
    expect(await findings(viewer.page)).toEqual([]);
    await viewer.close();
  });

  test("palette, help, menu and list of calls", async () => {
    const viewer = await opened();
    await viewer.drop(...pictures.slice(0, 2));
    await viewer.shows("0.png");
    await viewer.press("Control+k");
    await viewer.page.locator("[data-role=palette]").waitFor();
    expect(await findings(viewer.page)).toEqual([]);
    await viewer.press("Escape");
    await viewer.page.locator("[data-role=palette]").waitFor({ state: "detached" });
    await viewer.press("?");
    await viewer.page.getByRole("dialog", { name: "Keys and gestures" }).waitFor();
    expect(await findings(viewer.page)).toEqual([]);
    await viewer.press("Escape");
    await viewer.page.getByRole("button", { name: "More" }).click();
    await viewer.page.getByRole("menu").waitFor();
    expect(await findings(viewer.page)).toEqual([]);
    await viewer.press("Escape", "c");
    await viewer.page.locator("#calls").waitFor();
    expect(await findings(viewer.page)).toEqual([]);
    await viewer.close();
  });

  test("the picture's tools: playing, turning, cropping, saving, comparing", async () => {
    const viewer = await opened();
    const frames = [40, 80, 120].map((red) => draw(120, 80, plain(red, 90, 60)));
    await viewer.drop({ name: "film.png", bytes: apng(frames, 100, 0) }, ...pictures.slice(0, 2));
    await viewer.shows("film.png");
    await viewer.page.locator("[data-role=play]").waitFor();
    await viewer.press("e");
    await viewer.page.locator("[data-role=edit]").waitFor();
    expect(await findings(viewer.page)).toEqual([]);
    await viewer.press("Shift+C");
    await viewer.page.locator("[data-role=crop-box]").waitFor();
    expect(await findings(viewer.page)).toEqual([]);
    await viewer.press("Escape", "e", "d");
    await viewer.page.locator("[data-role=save]").waitFor();
    expect(await findings(viewer.page)).toEqual([]);
    await viewer.press("d", "v");
    await viewer.page.locator("[data-role=divider]").waitFor();
    expect(await findings(viewer.page)).toEqual([]);
    await viewer.close();
  });

  test("the explorer, with its panel and its palette", async () => {
    const page = await (await browser.newContext({ ...options, ...still })).newPage();
    await page.goto(`${served.origin}/fractal`);
    await page.locator("canvas").first().waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press("i");
    await page.locator("aside").first().waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press("Control+k");
    await page.locator("[data-role=palette]").waitFor();
    expect(await findings(page)).toEqual([]);
    await page.context().close();
  });
});
