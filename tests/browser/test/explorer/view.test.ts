// What is drawn: known pixels, palettes, the URL, going back and forward.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { ExplorerPage, fragment, launchWith, pages, whole } from "./explorer.ts";

let served: Served;

beforeAll(async () => {
  served = await serve({ pages });
});

afterAll(async () => {
  await served?.stop();
});

for (const surface of ["webgl2", "2d"] as const) {
  describe(`drawn by ${surface}`, () => {
    let browser: Browser;
    const wish = surface === "webgl2" ? { surface } : {};

    beforeAll(async () => {
      browser = await launchWith(surface);
    });

    afterAll(async () => {
      await browser?.close();
    });

    test("every pixel has the colour of its own count, in every palette and both places", async () => {
      const explorer = await ExplorerPage.open(browser, served.origin, whole, "local", wish);
      await explorer.settles();
      expect(await explorer.page.getAttribute(".canvas", "data-surface")).toBe(surface);
      expect(await explorer.wrong("dusk")).toBeLessThan(0.005);
      await explorer.press("p");
      // Nothing is computed for another palette.
      const line = await explorer.line();
      await expect.poll(() => explorer.wrong("ember")).toBeLessThan(0.005);
      expect(await explorer.wrong("dusk")).toBeGreaterThan(0.3);
      expect(await explorer.line()).toBe(line);
      expect(explorer.address.palette).toBe("ember");
      await explorer.close();

      const other = await ExplorerPage.open(browser, served.origin, whole, "server", wish);
      await other.settles();
      await other.says(/server/);
      expect(await other.wrong("dusk")).toBeLessThan(0.005);
      expect([...explorer.complaints, ...other.complaints]).toEqual([]);
      await other.close();
    });

    test("colours stay where they are while one moves", async () => {
      const explorer = await ExplorerPage.open(browser, served.origin, whole, "local", {
        ...wish,
        reducedMotion: "reduce",
      });
      await explorer.settles();
      const box = { x: 500, y: 200, width: 300, height: 300 };
      const before = await explorer.pixels(box);
      await explorer.press("ArrowRight");
      await expect.poll(() => explorer.address.re).toBeCloseTo(-0.75 + 120 / 256, 3);
      await explorer.settles();
      expect(await explorer.pixels({ ...box, x: box.x - 120 })).toEqual(before);
      await explorer.close();
    });
  });
}

describe("the URL", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(async () => {
    await browser?.close();
  });

  test("a link brings the same view back, to the last digit", async () => {
    const deep = { re: "-0.743643887037151", im: "0.131825904205330", zoom: 21.5, palette: "reef", limit: 2000 };
    const explorer = await ExplorerPage.open(browser, served.origin, deep);
    await explorer.settles();
    await explorer.press("+");
    await expect.poll(() => explorer.address.zoom).toBe(22);
    await explorer.settles();
    const written = explorer.hash;
    expect(explorer.address).toMatchObject({ palette: "reef", limit: "2000" });
    const box = { x: 400, y: 150, width: 600, height: 560 };
    const before = await explorer.pixels(box);
    await explorer.close();

    const again = await ExplorerPage.open(browser, served.origin, undefined);
    await again.page.goto(`${served.origin}/fractal${written}`);
    await again.page.reload();
    await again.settles();
    expect(again.hash).toBe(written);
    const after = await again.pixels(box);
    const differing = after.filter((value, at) => Math.abs(value - (before[at] ?? 0)) > 8).length;
    expect(differing / after.length).toBeLessThan(0.01);
    expect(again.complaints).toEqual([]);
    await again.close();
  });

  test("back and forward go from move to move, not through frames of the way", async () => {
    const explorer = await ExplorerPage.open(browser, served.origin, whole);
    await explorer.settles();
    const first = explorer.hash;
    expect(first).toBe(fragment(whole));
    // A move is over when nothing has changed for a while, and frames are slow where no graphics card draws them.
    const rest = async () => {
      await explorer.settles();
      await explorer.page.waitForTimeout(1500);
    };
    await explorer.page.mouse.move(600, 400);
    await explorer.page.mouse.wheel(0, -400);
    await explorer.page.mouse.wheel(0, -400);
    await rest();
    const second = explorer.hash;
    expect(explorer.address.zoom).toBeGreaterThan(1);
    await explorer.press("ArrowLeft");
    await rest();
    const third = explorer.hash;
    expect(new Set([first, second, third]).size).toBe(3);
    await explorer.page.goBack();
    await expect.poll(() => explorer.hash).toBe(second);
    await explorer.settles();
    expect(explorer.hash).toBe(second);
    await explorer.page.goBack();
    await expect.poll(() => explorer.hash).toBe(first);
    await explorer.settles();
    expect(await explorer.wrong("dusk")).toBeLessThan(0.005);
    await explorer.page.goForward();
    await explorer.page.goForward();
    await expect.poll(() => explorer.hash).toBe(third);
    await explorer.close();
  });

  test("nonsense in the URL shows all of the set", async () => {
    const explorer = await ExplorerPage.open(browser, served.origin, { re: "north", im: "1e", zoom: 3 });
    await explorer.settles();
    expect(await explorer.page.textContent("[data-role=details]")).toMatch(/iterations/);
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });

  test("the end of the doubles' depth is said, and nothing finer is asked for", async () => {
    const address = { re: "-0.743643887037158704752191506114774", im: "0.131825904205311970493132056385139", zoom: 39 };
    const explorer = await ExplorerPage.open(browser, served.origin, { ...address, limit: 3000 }, "server");
    await explorer.settles();
    await explorer.press("+", "+", "+", "+", "+", "+");
    await explorer.page.getByRole("heading", { name: "This is as deep as it goes" }).waitFor();
    await explorer.settles();
    expect(explorer.address.zoom).toBeLessThanOrEqual(41.5);
    expect(await explorer.page.getByRole("alert").count()).toBe(0);
    await explorer.press("-", "-", "-");
    await expect.poll(() => explorer.page.getByRole("heading", { name: "This is as deep as it goes" }).count()).toBe(0);
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });
});
