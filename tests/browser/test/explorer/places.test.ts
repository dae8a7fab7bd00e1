// Bookmarks with pictures, the tour, and the film that leads to a place.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tour } from "../../../../assets/src/explorer/places/tour.ts";
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

/** Names of the bookmarks that would be there after a reload; runs in the page. */
function kept(): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("locus-explorer");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const all = opening.result.transaction("bookmarks").objectStore("bookmarks").getAll();
      all.onsuccess = () => {
        opening.result.close();
        resolve((all.result as { name: string }[]).map(({ name }) => name));
      };
    };
  });
}

describe.each(screens)("at $name", ({ options }) => {
  test("a bookmark keeps view, colours and a picture over a reload, is renamed and deleted", async () => {
    const there = { re: "-0.5", im: "0.6", zoom: 3, palette: "reef", limit: 900 };
    const explorer = await ExplorerPage.open(browser, served.origin, there, "local", {
      ...options,
      reducedMotion: "reduce",
    });
    await explorer.settles();
    await explorer.act("places");
    await explorer.role("no-bookmarks").waitFor();
    await explorer.page.getByRole("button", { name: "Keep this view" }).click();
    await explorer.role("bookmark").waitFor();
    // The picture shows the plane, not an empty canvas.
    const spread = await explorer.page.locator("[data-role=bookmark] img").evaluate(async (image: HTMLImageElement) => {
      await image.decode();
      const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
      const context = canvas.getContext("2d");
      context?.drawImage(image, 0, 0);
      const data = context?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray();
      return new Set(data.filter((_, at) => at % 4 === 0)).size;
    });
    expect(spread).toBeGreaterThan(20);

    await explorer.role("rename").click();
    await explorer.page.getByLabel("Name of the bookmark").fill("Above the heart");
    await explorer.press("Enter");
    await expect.poll(() => explorer.page.evaluate(kept)).toEqual(["Above the heart"]);
    await explorer.page.goto(`${served.origin}/fractal#re=-0.75&im=0&zoom=0&palette=dusk`);
    await explorer.page.reload();
    await explorer.settles();
    await explorer.act("places");
    await explorer.role("bookmark").getByText("Above the heart").click();
    await expect.poll(() => explorer.address.palette).toBe("reef");
    await expect.poll(() => explorer.address.re).toBe(-0.5);
    expect(explorer.address).toMatchObject({ im: 0.6, zoom: 3, limit: "900" });
    if ((await explorer.role("places").count()) === 0) await explorer.act("places");
    await explorer.role("delete").click();
    await explorer.role("no-bookmarks").waitFor();
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });

  test("every place of the tour has a picture and leads there", async () => {
    const explorer = await ExplorerPage.open(browser, served.origin, whole, "local", {
      ...options,
      reducedMotion: "reduce",
    });
    await explorer.settles();
    await explorer.act("places");
    expect(await explorer.role("place").count()).toBe(tour.length);
    const last = explorer.role("place").last();
    await last.scrollIntoViewIfNeeded();
    await expect
      .poll(
        () =>
          last.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
            const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
            return new Set(data?.filter((_, at) => at % 4 === 0)).size;
          }),
        { timeout: patience },
      )
      .toBeGreaterThan(20);
    await last.locator("button").click();
    const place = tour[tour.length - 1];
    await expect.poll(() => explorer.address.re).toBeCloseTo(Number(place?.re), 5);
    expect(explorer.address).toMatchObject({ zoom: place?.zoom, palette: place?.palette });
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  });
});

test("the way to a place is a film: out, over and in, one move in the history", async () => {
  const from = { re: "-1.98542425", im: "0", zoom: 8, palette: "dusk" };
  const explorer = await ExplorerPage.open(browser, served.origin, from);
  await explorer.settles();
  const before = explorer.hash;
  await explorer.page.evaluate(() => {
    const watch = { zooms: [] as number[] };
    Object.assign(globalThis, { watch });
    const look = () => {
      watch.zooms.push(Number(/zoom=([-\d.]+)/.exec(location.hash)?.[1]));
      requestAnimationFrame(look);
    };
    look();
  });
  await explorer.press("PageDown");
  await explorer.page.locator(".canvas[data-flying]").waitFor();
  const place = tour[0];
  await expect.poll(() => explorer.address.zoom, { timeout: patience }).toBe(place?.zoom);
  await explorer.settles();
  expect(explorer.address.re).toBeCloseTo(Number(place?.re), 4);
  const { zooms } = await explorer.page.evaluate(() => (globalThis as unknown as { watch: { zooms: number[] } }).watch);
  expect(Math.min(...zooms)).toBeLessThan(2);
  expect(new Set(zooms).size).toBeGreaterThan(5);
  await explorer.press("z");
  await expect.poll(() => explorer.hash).toBe(before);
  expect(explorer.complaints).toEqual([]);
  await explorer.close();
});

test("any key stops a film where it is, and does nothing else", async () => {
  const explorer = await ExplorerPage.open(browser, served.origin, whole);
  await explorer.settles();
  await explorer.press("PageDown", "PageDown");
  // The second one stopped the flight that the first began.
  await expect.poll(() => explorer.page.locator(".canvas[data-flying]").count()).toBe(0);
  await explorer.settles();
  expect(explorer.address.zoom).toBeLessThan((tour[0]?.zoom ?? 0) - 1);
  const { palette } = explorer.address;
  await explorer.press("PageDown");
  await explorer.page.locator(".canvas[data-flying]").waitFor();
  await explorer.press("p");
  await expect.poll(() => explorer.page.locator(".canvas[data-flying]").count()).toBe(0);
  await explorer.settles();
  expect(explorer.address.palette).toBe(tour[1]?.palette);
  expect(palette).toBe(tour[0]?.palette);
  expect(explorer.complaints).toEqual([]);
  await explorer.close();
});

test("where motion is not welcome, one is there at once", async () => {
  const explorer = await ExplorerPage.open(browser, served.origin, whole, "local", { reducedMotion: "reduce" });
  await explorer.settles();
  await explorer.press("PageUp");
  await expect.poll(() => explorer.address.zoom).toBe(tour[tour.length - 1]?.zoom);
  expect(await explorer.page.locator(".canvas[data-flying]").count()).toBe(0);
  await explorer.close();
});
