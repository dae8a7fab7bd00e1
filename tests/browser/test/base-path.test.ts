// The pages below a path of somebody else's site: both of them, in both places.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, type Served, serve } from "../harness.ts";
import { busy, draw, png } from "./viewer/png.ts";
import { pages, ViewerPage } from "./viewer/viewer.ts";

let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve({ pages, base: "/tools/locus" })]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

test("below a base path pictures are decoded in both places, and the explorer is found", async () => {
  // Without a slash at its end, as people type it.
  const viewer = await ViewerPage.open(browser, served.origin);
  expect(new URL(viewer.page.url()).pathname).toBe("/tools/locus/");
  const asked: string[] = [];
  viewer.page.context().on("request", (request) => asked.push(request.url()));
  for (const place of ["server", "local"] as const) {
    await viewer.prefer(place);
    await viewer.drop({ name: `${place}.png`, bytes: png(draw(300, 200, busy)) });
    await viewer.shows(`${place}.png`);
  }
  await viewer.press("m");
  await viewer.page.waitForURL(`${served.origin}/fractal**`);
  await viewer.page
    .getByText(/^\d+ tiles/)
    .first()
    .waitFor();
  expect(asked.some((url) => url === `${served.origin}/v1/call`)).toBe(true);
  expect(asked.some((url) => url.startsWith(`${served.origin}/codec/`))).toBe(true);
  expect(asked.filter((url) => url.startsWith("http") && !url.startsWith(`${served.origin}/`))).toEqual([]);
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});
