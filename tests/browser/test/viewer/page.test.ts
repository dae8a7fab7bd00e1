// The page around the picture: samples, panels, keys, phone and themes.

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

const photo = { name: "photo.png", bytes: png(draw(1200, 800, busy)) };

test("nothing is asked of anybody else, and no codec before a picture is wanted", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(served.origin);
  await page.locator(".sample").first().waitFor();
  expect(asked.filter((url) => !url.startsWith(served.origin))).toEqual([]);
  expect(asked.filter((url) => url.includes("/codec/") || url.includes("stage-"))).toEqual([]);
  await context.close();
});

test("a sample is opened by its card", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  const card = viewer.page.locator(".sample", { has: viewer.page.locator("img") }).first();
  const file = (await card.getAttribute("data-sample")) ?? "";
  await card.click();
  await viewer.shows(file);
  await viewer.press("g");
  await viewer.page.getByRole("heading", { name: "Samples" }).waitFor();
  await viewer.press("Escape");
  expect(await viewer.page.getByRole("heading", { name: "Samples" }).count()).toBe(0);
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});

test("the information panel says what is known", async () => {
  // Animations stand still until they are told to play.
  const viewer = await ViewerPage.open(browser, served.origin, { reducedMotion: "reduce" });
  await viewer.drop(
    { name: "dunes.jxl", bytes: readFileSync(sample("dunes.jxl")) },
    { name: "bloom.jxl", bytes: readFileSync(sample("bloom.jxl")) },
  );
  await viewer.shows("dunes.jxl");
  await viewer.press("i");
  const panel = viewer.page.locator("[data-role=info]");
  const line = (name: string) =>
    panel.locator("dl > div").filter({ has: viewer.page.getByText(name, { exact: true }) });
  await expect.poll(() => line("Format").textContent(), { timeout: 10_000 }).toContain("JPEG XL");
  expect(await line("Original JPEG").textContent()).toContain("Can be restored");
  expect(await line("Dimensions").textContent()).toContain("2,000 × 1,333");
  expect(await line("Depth").textContent()).toContain("8 bits a sample");
  expect(await line("Alpha").textContent()).toContain("None");
  for (const name of ["File size", "Colour space", "ICC profile", "Extra channels", "EXIF", "XMP", "To decode"]) {
    expect(await line(name).count(), name).toBe(1);
  }
  await viewer.press("n");
  await viewer.shows("bloom.jxl");
  await expect
    .poll(() => line("Frames").textContent(), { timeout: 10_000 })
    .toMatch(/\d+, .*s.*Animated.*the first is shown/s);
  expect(await viewer.page.textContent("[data-role=details]")).toMatch(/frame 1 of \d+/);
  await viewer.press("i");
  expect(await panel.count()).toBe(0);
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});

test("zoom, fit, one to one and help by keys", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  await viewer.drop(photo);
  await viewer.shows("photo.png");
  const zoom = () => viewer.page.textContent("[data-role=zoom]");
  const settled = (wanted: string) => expect.poll(zoom, { timeout: 10_000 }).toBe(wanted);
  const fitted = (await zoom()) ?? "";
  expect(fitted).toMatch(/^\d\d %$/);
  await viewer.press("1");
  await settled("100 %");
  await viewer.press("+");
  await settled("135 %");
  await viewer.press("-", "-");
  await settled("74 %");
  await viewer.press("0");
  await settled(fitted);
  await viewer.page.mouse.move(720, 450);
  await viewer.page.mouse.wheel(0, -240);
  await expect.poll(zoom).not.toBe(fitted);
  await viewer.page.mouse.dblclick(720, 450);
  await viewer.press("1");
  await settled("100 %");

  const x = () => viewer.page.getAttribute(".canvas", "data-x");
  await viewer.press("+", "+", "+");
  const before = Number(await x());
  await viewer.press("ArrowRight");
  await expect.poll(async () => Number(await x())).toBeLessThan(before);

  await viewer.press("?");
  const help = viewer.page.getByRole("dialog", { name: "Keys and gestures" });
  await help.waitFor();
  for (const name of ["Fit", "One to one", "Next picture", "Decode on the server", "Full screen"]) {
    expect(await help.getByText(name, { exact: true }).count(), name).toBe(1);
  }
  await viewer.press("Escape");
  await help.waitFor({ state: "hidden" });
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});

test("the menu does what the keys do", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  await viewer.drop(photo);
  await viewer.shows("photo.png");
  await viewer.page.getByRole("button", { name: "More" }).click();
  await viewer.page.getByRole("menuitem", { name: /One to one/ }).click();
  await expect.poll(() => viewer.page.textContent("[data-role=zoom]")).toBe("100 %");
  expect(await viewer.page.getByRole("menu").count()).toBe(0);
  await viewer.close();
});

test("the theme is the system's until it is chosen, and then kept", async () => {
  const viewer = await ViewerPage.open(browser, served.origin, { colorScheme: "dark" });
  const shade = () => viewer.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await shade();
  await viewer.page.emulateMedia({ colorScheme: "light" });
  const light = await shade();
  expect(light).not.toBe(dark);
  await viewer.press("t", "t");
  expect(await shade()).toBe(dark);
  await viewer.page.reload();
  await expect.poll(shade).toBe(dark);
  await viewer.close();
});

test("tools fade while nothing moves, and come back with the mouse", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  await viewer.drop(photo);
  await viewer.shows("photo.png");
  const visible = () => viewer.page.locator(".title").evaluate((tool) => Number(getComputedStyle(tool).opacity));
  await viewer.page.mouse.move(720, 400);
  expect(await visible()).toBe(1);
  await expect.poll(visible, { timeout: 10_000 }).toBe(0);
  await viewer.page.mouse.move(730, 410);
  await expect.poll(visible).toBe(1);
  await viewer.close();
});

test("24 megapixels are decoded and shown while the page stays free (reported, not judged)", async ({ skip }) => {
  const list = JSON.parse(readFileSync(sample("index.json"), "utf8")) as {
    file: string;
    width: number;
    height: number;
  }[];
  const large = list.find(({ width, height }) => width * height >= 23e6);
  if (!large) return skip("no sample of 24 megapixels has been made");
  const viewer = await ViewerPage.open(browser, served.origin);
  await viewer.prefer("local");
  await viewer.page.evaluate(() => {
    const gaps: number[] = [];
    const long: number[] = [];
    Object.assign(globalThis, { gaps, long });
    new PerformanceObserver((entries) => {
      for (const entry of entries.getEntries()) long.push(Math.round(entry.duration));
    }).observe({ entryTypes: ["longtask"] });
    let before = performance.now();
    const frame = (now: number) => {
      gaps.push(now - before);
      before = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const began = Date.now();
  await viewer.choose(sample(large.file));
  await viewer.shows(large.file);
  const shown = Date.now() - began;
  await viewer.press("1");
  await viewer.page.waitForTimeout(1000);
  const { gaps, long } = await viewer.page.evaluate(() => {
    const { gaps, long } = globalThis as unknown as Record<"gaps" | "long", number[]>;
    return { gaps, long };
  });
  gaps.sort((a, b) => a - b);
  const p99 = Math.round(gaps[Math.floor(gaps.length * 0.99)] ?? 0);
  console.log(
    `${large.file}: shown after ${shown} ms, long tasks [${long.join(", ")}] ms, 99th percentile of frame gaps ${p99} ms`,
  );
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});

describe("on a phone", () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };

  test("everything is within reach of a thumb, and nothing is wider than the screen", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, phone);
    await viewer.drop(photo, { name: "blue.png", bytes: png(draw(300, 500, plain(20, 40, 200))) });
    await viewer.shows("photo.png");
    const sheet = viewer.page.locator("footer.sheet");
    for (const action of ["open", "previous", "next", "fit", "actual", "info"]) {
      const box = await sheet.locator(`[data-action=${action}]`).boundingBox();
      expect(box?.height, action).toBeGreaterThanOrEqual(44);
      expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 0) <= 390, action).toBe(true);
    }
    await sheet.locator("[data-action=next]").tap();
    await viewer.shows("blue.png");
    await sheet.locator("[data-action=info]").tap();
    await viewer.page.locator("[data-role=info]").waitFor();
    expect(await viewer.page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await sheet.locator("[data-action=info]").tap();
    await sheet.locator("[data-role=last-call]").tap();
    await viewer.page.locator("#calls").waitFor();
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("two fingers zoom", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, phone);
    await viewer.drop(photo);
    await viewer.shows("photo.png");
    const scale = async () => Number(await viewer.page.getAttribute(".canvas", "data-scale"));
    const before = await scale();
    const session = await viewer.page.context().newCDPSession(viewer.page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", apart: number) =>
      session.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: type === "touchEnd" ? [] : [-1, 1].map((side) => ({ x: 195 + side * apart, y: 300 })),
      });
    await touch("touchStart", 30);
    for (let apart = 35; apart <= 120; apart += 5) await touch("touchMove", apart);
    await touch("touchEnd", 0);
    await expect.poll(scale, { timeout: 10_000 }).toBeGreaterThan(before * 2);
    await viewer.close();
  });
});
