// What is open outlives a reload, what is taken out can be put back, and what is cleared is gone.

import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { busy, draw, plain, png } from "./png.ts";
import { anotherSite, type Site } from "./site.ts";
import { pages, ViewerPage } from "./viewer.ts";

let browser: Browser;
let served: Served;
let site: Site;

beforeAll(async () => {
  [browser, served, site] = await Promise.all([launch(), serve({ pages }), anotherSite()]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
  site?.close();
});

const patience = { timeout: 30_000 };
const sizes: [string, BrowserContextOptions][] = [
  ["1440 px, dark", { viewport: { width: 1440, height: 900 }, colorScheme: "dark" }],
  ["390 px, light", { viewport: { width: 390, height: 844 }, colorScheme: "light", hasTouch: true, isMobile: true }],
];

const drawn = draw(1600, 1200, busy);
const files = [
  { name: "red.png", bytes: png(draw(300, 200, plain(200, 20, 20))) },
  { name: "busy.png", bytes: png(drawn) },
  { name: "blue.png", bytes: png(draw(300, 200, plain(20, 20, 220))) },
];

/** Keys of the files that the browser keeps, and how many pictures each strip has. */
function kept(viewer: ViewerPage): Promise<{ files: number; strips: number[] }> {
  return viewer.page.evaluate(async () => {
    const ask = <T>(request: IDBRequest<T>) =>
      new Promise<T>((settle, fail) => {
        request.onsuccess = () => settle(request.result);
        request.onerror = () => fail(request.error);
      });
    const base = await ask(indexedDB.open("locus viewer"));
    const read = base.transaction(["files", "strips"]);
    const [count, strips] = await Promise.all([
      ask(read.objectStore("files").count()),
      ask<{ pictures: unknown[] }[]>(read.objectStore("strips").getAll()),
    ]);
    base.close();
    return { files: count, strips: strips.map(({ pictures }) => pictures.length) };
  });
}

const keeps = (viewer: ViewerPage, files: number, ...strips: number[]) =>
  expect.poll(() => kept(viewer), patience).toEqual({ files, strips });

/** A point of the page at which there is always picture. */
const point = [190, 300] as const;

/** The canvas' colour there. */
function corner(viewer: ViewerPage): Promise<number[]> {
  return viewer.page.evaluate(([x, y]) => {
    const context = document.querySelector<HTMLCanvasElement>("canvas[data-role=picture]")?.getContext("2d");
    return [...(context?.getImageData(x, y, 1, 1).data ?? [])];
  }, point);
}

/** What `drawn` has there, one to one and with its corner at `x`, `y`. */
function pixelAt([, x = 0, y = 0]: number[]): number[] {
  const at = ((point[1] - y) * drawn.width + point[0] - x) * 4;
  return [...drawn.pixels.subarray(at, at + 4)];
}

describe.each(sizes)("at %s", (_, options) => {
  const opened = (path = "") => ViewerPage.open(browser, served.origin + path, options);

  test("strip, selected picture, view and place come back on a reload", async () => {
    const viewer = await opened();
    await viewer.prefer("local");
    await viewer.drop(...files);
    await viewer.shows("red.png");
    await viewer.press("n");
    await viewer.shows("busy.png");
    await expect
      .poll(async () => {
        await viewer.press("1");
        return viewer.page.getAttribute(".canvas", "data-scale");
      }, patience)
      .toBe("1");
    const where = () =>
      viewer.page.evaluate(() => {
        const { scale, x, y } = document.querySelector<HTMLElement>(".canvas")?.dataset ?? {};
        return [scale, x, y].map((value) => Math.round(Number(value)));
      });
    const start = await where();
    await viewer.press("ArrowRight", "ArrowDown");
    let before = start;
    // It has moved, and rests.
    await expect
      .poll(
        async () => {
          const now = await where();
          const rests = now.every((value, at) => value === before[at]) && now[1] !== start[1] && now[2] !== start[2];
          before = now;
          return rests;
        },
        { ...patience, interval: 400 },
      )
      .toBe(true);
    await keeps(viewer, 3, 3);

    await viewer.page.reload();
    await viewer.shows("busy.png");
    expect(await viewer.names()).toEqual(["red.png", "busy.png", "blue.png"]);
    await expect.poll(where, patience).toEqual(before);
    // The pixels there are those of the kept file.
    await expect.poll(() => corner(viewer), patience).toEqual(pixelAt(before));
    expect(await viewer.page.locator("input[name=place]:checked").getAttribute("value")).toBe("local");
    await viewer.press("n");
    await viewer.shows("blue.png");
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("what is taken out, by key or button, can be put back where it was", async () => {
    const viewer = await opened();
    await viewer.drop(...files);
    await viewer.shows("red.png");
    await viewer.press("Delete");
    await viewer.shows("busy.png");
    await viewer.page.getByRole("button", { name: "Undo" }).click();
    await viewer.shows("red.png");
    expect(await viewer.names()).toEqual(["red.png", "busy.png", "blue.png"]);

    // By their buttons, and back in turn.
    for (const name of ["blue.png", "red.png"])
      await viewer.page.locator(`.strip .remove[aria-label="Take ${name} out"]`).dispatchEvent("click");
    await viewer.shows("busy.png");
    await viewer.press("Control+z");
    await viewer.shows("red.png");
    await viewer.press("Control+z");
    expect(await viewer.names()).toEqual(["red.png", "busy.png", "blue.png"]);
    await keeps(viewer, 3, 3);

    await viewer.press("Delete");
    await keeps(viewer, 3, 2);
    await viewer.page.reload();
    await viewer.shows("busy.png");
    expect(await viewer.names()).toEqual(["busy.png", "blue.png"]);
    await keeps(viewer, 2, 2);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("all are taken out and put back; once that is past, nothing of them is kept", async () => {
    const viewer = await opened();
    await viewer.drop(...files);
    await viewer.shows("red.png");
    await keeps(viewer, 3, 3);
    await viewer.press("Shift+Delete");
    await viewer.page.getByRole("heading", { name: "3 pictures were taken out" }).waitFor();
    await viewer.press("Control+z");
    await viewer.shows("red.png");
    expect(await viewer.names()).toHaveLength(3);

    await viewer.press("Shift+Delete");
    await viewer.page.getByRole("button", { name: "Dismiss" }).click();
    await keeps(viewer, 0);
    await viewer.page.reload();
    await viewer.page.locator(".sample").first().waitFor();
    expect(await viewer.names()).toEqual([]);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("a picture by address comes back once, and stays away when it was taken out", async () => {
    const viewer = await opened(`/?url=${encodeURIComponent(site.at("/green.png"))}`);
    await viewer.shows("green.png");
    await viewer.page.reload();
    await viewer.shows("green.png");
    expect(await viewer.page.locator(".strip").count()).toBe(0);
    await viewer.press("Delete");
    await viewer.page.locator(".sample").first().waitFor();
    await keeps(viewer, 1);
    await viewer.page.reload();
    await viewer.page.locator(".sample").first().waitFor();
    expect(new URL(viewer.page.url()).search).toBe("");
    await viewer.close();
  });
});

test("a new tab begins empty, and offers what the closed one had", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  await viewer.drop(...files);
  await viewer.shows("red.png");
  await keeps(viewer, 3, 3);
  const second = new ViewerPage(await viewer.page.context().newPage());
  await second.page.goto(served.origin);
  await second.page.locator(".sample").first().waitFor();
  // The first tab is open: what it has is its own.
  expect(await second.page.locator("[data-action=resume]").count()).toBe(0);
  await viewer.page.close();
  await second.page.reload();
  await second.page.getByRole("button", { name: "Bring back the 3 pictures of last time" }).click();
  await second.shows("red.png");
  expect(await second.names()).toEqual(["red.png", "busy.png", "blue.png"]);
  await keeps(second, 3, 3);
  expect(second.complaints).toEqual([]);
  await second.close();
});

test("past the budget the oldest files are not kept, which is said at once and after a reload", async () => {
  const folder = mkdtempSync(join(tmpdir(), "locus-large-"));
  const paths = ["a.png", "b.png", "c.png"].map((name) => join(folder, name));
  for (const path of paths) {
    writeFileSync(path, "");
    truncateSync(path, 200_000_000);
  }
  const small = join(folder, "small.png");
  writeFileSync(small, files[0]?.bytes ?? "");
  const viewer = await ViewerPage.open(browser, served.origin);
  await viewer.choose(small, ...paths);
  await viewer.page
    .getByRole("heading", { name: "1 picture of 4 will not outlive a reload" })
    .waitFor({ timeout: 60_000 });
  await keeps(viewer, 3, 4);
  await viewer.page.reload();
  await viewer.page.getByRole("heading", { name: "1 picture could not be kept" }).waitFor(patience);
  await viewer.shows("small.png");
  expect(await viewer.page.locator(".strip .thumb").count()).toBe(3);
  await viewer.close();
  rmSync(folder, { recursive: true });
}, 120_000);
