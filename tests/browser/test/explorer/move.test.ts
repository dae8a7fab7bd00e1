// Moving: wheel, drag, fingers, a phone, a hidden tab, a server that goes away.

import type { Browser, CDPSession } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { ExplorerPage, pages, patience, whole } from "./explorer.ts";

let browser: Browser;
let served: Served;
const extra: Served[] = [];

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve({ pages })]);
});

afterEach(async () => {
  for (const each of extra.splice(0)) await each.stop();
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

test("the wheel zooms towards the pointer, a drag moves what is under it", async () => {
  const explorer = await ExplorerPage.open(browser, served.origin, whole);
  await explorer.settles();
  const at = (x: number, y: number) => {
    const { re, im, zoom } = explorer.address;
    const unit = 256 * 2 ** zoom;
    return { re: re + (x - 720) / unit, im: im - (y - 450) / unit };
  };
  const before = at(600, 380);
  await explorer.page.mouse.move(600, 380);
  for (let turn = 0; turn < 4; turn++) await explorer.page.mouse.wheel(0, -200);
  await explorer.settles();
  await explorer.page.waitForTimeout(800);
  expect(explorer.address.zoom).toBeGreaterThan(2);
  expect(at(600, 380).re).toBeCloseTo(before.re, 4);
  expect(at(600, 380).im).toBeCloseTo(before.im, 4);
  await explorer.page.mouse.down();
  await explorer.page.mouse.move(700, 500, { steps: 5 });
  await explorer.page.waitForTimeout(200);
  await explorer.page.mouse.up();
  await explorer.page.waitForTimeout(900);
  expect(at(700, 500).re).toBeCloseTo(before.re, 3);
  expect(at(700, 500).im).toBeCloseTo(before.im, 3);
  expect(explorer.complaints).toEqual([]);
  await explorer.close();
});

test("where motion is not welcome, a wheel's turn is done with the next frame", async () => {
  const explorer = await ExplorerPage.open(browser, served.origin, whole, "local", { reducedMotion: "reduce" });
  await explorer.settles();
  await explorer.page.mouse.move(720, 450);
  await explorer.page.mouse.wheel(0, -200);
  await expect.poll(() => explorer.address.zoom, { interval: 20 }).toBeGreaterThan(0);
  const first = explorer.address.zoom;
  await explorer.page.waitForTimeout(800);
  expect(explorer.address.zoom).toBe(first);
  await explorer.close();
});

test("tiles say where they were computed, in the place's colour", async () => {
  for (const place of ["local", "server"] as const) {
    const explorer = await ExplorerPage.open(browser, served.origin, whole, place, { colorScheme: "dark" });
    await explorer.settles();
    await explorer.press("d");
    const wanted = place === "local" ? [63, 208, 189] : [255, 171, 87];
    // The left edge of the column of tiles that begins at the origin, which is 192 pixels right of the middle.
    await expect
      .poll(async () => [...(await explorer.pixels({ x: 912, y: 300, width: 1, height: 1 })).subarray(0, 3)])
      .toEqual(wanted);
    await explorer.close();
  }
});

test("a hidden tab computes nothing, and goes on when it is seen", async () => {
  const explorer = await ExplorerPage.open(browser, served.origin, whole, "server");
  await explorer.settles();
  // Headless Chromium hides no page, not behind another tab and not minimised, so what it would say is said here.
  const hide = (hidden: boolean) =>
    explorer.page.evaluate((now) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => now });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await hide(true);
  const before = explorer.sent;
  await explorer.page.evaluate(() => {
    location.hash = "#re=-0.5&im=0.6&zoom=3&palette=dusk&limit=900";
  });
  await explorer.page.waitForTimeout(1500);
  expect(explorer.sent).toBe(before);
  await hide(false);
  await explorer.settles();
  expect(explorer.sent).toBeGreaterThan(before);
  await explorer.close();
});

test("a server that is killed in mid-flight costs no tile, and is used again when it is back", async () => {
  const own = await serve({ pages });
  extra.push(own);
  const explorer = await ExplorerPage.open(browser, own.origin, whole, "local");
  await explorer.settles();
  await explorer.prefer("server");
  await explorer.press("+", "+");
  await explorer.settles();
  await explorer.says(/server/);
  await explorer.press("ArrowLeft", "ArrowLeft", "+", "+");
  await own.stop("SIGKILL");
  await explorer.press("+", "+");
  await explorer.settles();
  // Tiles that the server had answered before may be in the same count.
  await explorer.says(/this browser|\d here/);
  await explorer.page.getByRole("heading", { name: "The server does not answer" }).waitFor();
  extra.push(await serve({ pages, port: own.port }));
  await expect
    .poll(
      async () => {
        await explorer.press("ArrowUp");
        await explorer.page.waitForTimeout(1500);
        return explorer.line();
      },
      { timeout: patience },
    )
    .toMatch(/^\d+ tiles? · server/);
  await explorer.close();
}, 120_000);

describe("on a phone", () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 3 };

  function touch(session: CDPSession, type: "touchStart" | "touchMove" | "touchEnd", apart: number): Promise<unknown> {
    return session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: type === "touchEnd" ? [] : [-1, 1].map((side) => ({ x: 195 + side * apart, y: 300 })),
    });
  }

  test("two fingers zoom", async () => {
    const explorer = await ExplorerPage.open(browser, served.origin, { ...whole, zoom: -1 }, "local", phone);
    await explorer.settles();
    const session = await explorer.page.context().newCDPSession(explorer.page);
    await touch(session, "touchStart", 30);
    for (let apart = 35; apart <= 120; apart += 5) await touch(session, "touchMove", apart);
    await touch(session, "touchEnd", 0);
    // The fingers went from 60 to 240 pixels apart.
    await expect.poll(() => explorer.address.zoom, { timeout: 10_000 }).toBeCloseTo(1, 1);
    await explorer.settles();
    await explorer.close();
  });

  test("everything is within reach of a thumb, and nothing is wider than the screen", async () => {
    const explorer = await ExplorerPage.open(browser, served.origin, undefined, "local", phone);
    await explorer.settles();
    const size = await explorer.page.locator("[data-role=plane]").evaluate((canvas: HTMLCanvasElement) => canvas.width);
    expect(size, "two device pixels in one of CSS are enough").toBe(780);
    const sheet = explorer.page.locator("footer.sheet");
    for (const action of ["home", "zoom-in", "zoom-out", "borders", "copy-link", "info"]) {
      const box = await sheet.locator(`[data-action=${action}]`).boundingBox();
      expect(box?.height, action).toBeGreaterThanOrEqual(44);
      expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 0) <= 390, action).toBe(true);
    }
    await sheet.locator("[data-action=info]").tap();
    await explorer.page.locator("[data-role=info]").waitFor();
    expect(await explorer.page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await sheet.locator("[data-action=info]").tap();
    await sheet.locator("[data-role=last-call]").tap();
    await explorer.page.locator("#calls").waitFor();
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });
});
