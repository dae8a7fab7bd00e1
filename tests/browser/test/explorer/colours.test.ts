// Colours: gradients edited and read from files, and the modes, which both ways of drawing show alike.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modes, words } from "../../../../assets/src/explorer/colours/modes.ts";
import { launch, type Served, serve } from "../../harness.ts";
import { ExplorerPage, launchWith, pages, screens, whole } from "./explorer.ts";

let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve({ pages })]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

const ggr = `GIMP Gradient
Name: Two halves
2
0.0 0.25 0.5 0 0.2 1 1 1 1 1 1 0 0 0 0
0.5 0.75 1.0 1 1 1 1 1 0.3 0 1 0 0 0 0
`;

/** Outside of the set: far enough from it that its colour is one colour. */
const sky = { x: 130, y: 300, width: 1, height: 1 };

describe.each(screens)("at $name", ({ options }) => {
  const open = () =>
    ExplorerPage.open(browser, served.origin, { ...whole, zoom: -1 }, "local", { ...options, reducedMotion: "reduce" });

  test("a stop of another colour shows at once, is kept over a reload, and travels with the link", async () => {
    const explorer = await open();
    await explorer.settles();
    const before = [...(await explorer.pixels(sky))];
    await explorer.page.locator("[data-action=gradient]:visible").first().click();
    const count = await explorer.role("stop").count();
    await explorer.role("stop").nth(0).focus();
    await explorer.role("stop-colour").fill("#ff00ff");
    await expect.poll(async () => [...(await explorer.pixels(sky))]).not.toEqual(before);
    await explorer.role("stop-add").click();
    expect(await explorer.role("stop").count()).toBe(count + 1);
    const name = await explorer.role("gradient-name").inputValue();
    expect(name).toBe("My Dusk");
    const stop = explorer.role("stop").nth(1);
    const place = Number(await stop.getAttribute("aria-valuenow"));
    await stop.focus();
    await explorer.press("ArrowRight", "ArrowRight");
    await expect.poll(async () => Number(await stop.getAttribute("aria-valuenow"))).toBeCloseTo(place + 1, 1);
    await expect.poll(() => explorer.hash).toMatch(/palette=own&gradient=ff00ff/);
    await explorer.settles();
    const after = [...(await explorer.pixels(sky))];
    const { hash } = explorer;

    await explorer.page.reload();
    await explorer.settles();
    expect([...(await explorer.pixels(sky))]).toEqual(after);
    await explorer.page.locator("[data-action=gradient]:visible").first().click();
    await expect.poll(() => explorer.role("gradient-name").inputValue()).toBe("My Dusk");

    // Somebody else has the link, and none of these gradients.
    const other = await ExplorerPage.open(browser, served.origin, undefined, "local", options);
    await other.page.goto(`${served.origin}/fractal${hash}`);
    await other.page.reload();
    await other.settles();
    expect([...(await other.pixels(sky))]).toEqual(after);
    await other.close();

    await explorer.role("gradient-delete").click();
    await expect.poll(() => explorer.hash).toMatch(/palette=dusk/);
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });

  test("a file of GIMP's is read, and a broken one is named by its line", async () => {
    const explorer = await open();
    await explorer.settles();
    await explorer.page.locator("[data-action=gradient]:visible").first().click();
    const file = (name: string, text: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
    await explorer.role("gradient-file").setInputFiles(file("halves.ggr", ggr.replace("0.75 1.0", "0.25 1.0")));
    await expect
      .poll(() => explorer.role("gradient-fault").textContent())
      .toBe("halves.ggr: line 5: places 0.5, 0.25, 1 do not rise within 0 and 1");
    await explorer.role("gradient-file").setInputFiles(file("halves.ggr", ggr));
    await expect.poll(() => explorer.role("gradient-name").inputValue()).toBe("Two halves");
    expect(await explorer.role("gradient-fault").count()).toBe(0);
    await expect.poll(() => explorer.hash).toMatch(/gradient=0033ff\.0-/);
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });

  test("a stop is dragged", async () => {
    const explorer = await open();
    await explorer.settles();
    await explorer.page.locator("[data-action=gradient]:visible").first().click();
    const box = await explorer.role("stop").nth(2).boundingBox();
    const bar = await explorer.role("gradient-bar").boundingBox();
    if (!box || !bar) throw new Error("no stop in sight");
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await explorer.page.mouse.move(middle.x, middle.y);
    await explorer.page.mouse.down();
    await explorer.page.mouse.move(middle.x + bar.width * 0.05, middle.y, { steps: 4 });
    await explorer.page.mouse.up();
    await expect
      .poll(async () => Number(await explorer.role("stop").nth(2).getAttribute("aria-valuenow")))
      .toBeCloseTo(30, 0);
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });

  test("a mode is chosen by its name, is in the link, and asks only for what it needs", async () => {
    const explorer = await open();
    await explorer.settles();
    const line = await explorer.line();
    await explorer.page.locator("[data-action=tune]:visible").first().click();
    await explorer.page.getByText(words.slope.name, { exact: true }).click();
    await expect.poll(() => explorer.hash).toMatch(/mode=slope/);
    await explorer.settles();
    // What the counts tell is coloured anew, and not computed anew.
    expect(await explorer.line()).toBe(line);
    await explorer.press("2");
    await expect.poll(() => explorer.hash).toMatch(/mode=distance/);
    await explorer.settles();
    await explorer.page.reload();
    await explorer.settles();
    expect(explorer.hash).toMatch(/mode=distance/);
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });
});

test("every mode has the same pixels by WebGL2 and in two dimensions, and other ones than the next", async () => {
  const box = { x: 380, y: 150, width: 700, height: 560 };
  const shown = new Map<string, Uint8Array>();
  for (const surface of ["webgl2", "2d"] as const) {
    const own = await launchWith(surface);
    const wish = surface === "webgl2" ? { surface } : {};
    const explorer = await ExplorerPage.open(own, served.origin, whole, "local", wish);
    await explorer.settles();
    for (const [index, mode] of modes.entries()) {
      await explorer.press(String(index + 1));
      if (mode !== "smooth") await expect.poll(() => explorer.hash).toMatch(new RegExp(`mode=${mode}`));
      await explorer.settles();
      // The last tiles are coloured with the frames after they came.
      await explorer.page.waitForTimeout(800);
      shown.set(`${surface} ${mode}`, await explorer.pixels(box));
    }
    expect(await explorer.page.getAttribute(".canvas", "data-surface")).toBe(surface);
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
    await own.close();
  }
  const differing = (one: string, other: string) => {
    const [a, b] = [shown.get(one), shown.get(other)] as [Uint8Array, Uint8Array];
    return a.filter((value, at) => Math.abs(value - (b[at] ?? 0)) > 8).length / a.length;
  };
  for (const [index, mode] of modes.entries()) {
    expect(differing(`webgl2 ${mode}`, `2d ${mode}`), mode).toBeLessThan(0.01);
    const next = modes[(index + 1) % modes.length];
    expect(differing(`2d ${mode}`, `2d ${next}`), `${mode} and ${next}`).toBeGreaterThan(0.2);
  }
}, 180_000);
