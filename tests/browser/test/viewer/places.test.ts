// The place switch: what was computed where, a server that goes away, a browser without threads.

import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { busy, draw, png } from "./png.ts";
import { pages, sample, ViewerPage } from "./viewer.ts";

let browser: Browser;
const running: Served[] = [];

beforeAll(async () => {
  browser = await launch();
});

afterEach(async () => {
  for (const served of running.splice(0)) await served.stop();
});

afterAll(async () => {
  await browser?.close();
});

async function started(options: Parameters<typeof serve>[0] = {}): Promise<Served> {
  const served = await serve({ pages, ...options });
  running.push(served);
  return served;
}

const drawn = draw(800, 500, busy);
const file = { name: "busy.png", bytes: png(drawn) };

test("every call is listed with where, why and how long each part took", async () => {
  const { origin } = await started();
  const viewer = await ViewerPage.open(browser, origin);
  await viewer.prefer("server");
  await viewer.drop(file);
  await viewer.shows("busy.png");
  await viewer.press("c");
  const list = viewer.page.locator("#calls li");
  await expect.poll(() => list.count()).toBeGreaterThanOrEqual(2);
  const decode = viewer.page.locator("#calls li", { hasText: "Decode busy.png" });
  const words = (await decode.textContent()) ?? "";
  for (const part of ["Server", "as you chose", "Waited", "Computed", "Moving", "Moved"]) expect(words).toContain(part);
  expect(words).toMatch(/\d (ms|s)/);
  expect(words).toMatch(/\d (kB|MB)/);
  await viewer.press("Escape");
  expect(await list.count()).toBe(0);
  await viewer.close();
});

test("the choice is remembered", async () => {
  const { origin } = await started();
  const viewer = await ViewerPage.open(browser, origin);
  await viewer.press("s");
  await viewer.page.reload();
  expect(await viewer.page.locator("input[name=place]:checked").getAttribute("value")).toBe("server");
  await viewer.close();
});

test("a server that is killed costs nothing but a word, and is used again when it is back", async () => {
  const served = await started();
  const viewer = await ViewerPage.open(browser, served.origin);
  // The server serves the codec too: it has to be here before the server goes.
  const codec = viewer.page.waitForResponse(/locus_codec_bg\.wasm/);
  const glue = viewer.page.waitForResponse(/locus_codec\.js/);
  await viewer.prefer("server");
  await viewer.drop(file);
  await viewer.shows("busy.png");
  await viewer.says(/^server/);
  await (await codec).finished();
  await (await glue).finished();
  await viewer.page.waitForTimeout(2000);

  await served.stop("SIGKILL");
  await viewer.drop({ name: "later.png", bytes: file.bytes });
  await viewer.shows("later.png");
  await viewer.says(/^this browser/);
  await viewer.page.getByRole("heading", { name: "The server does not answer" }).waitFor();
  await viewer.press("1");
  await viewer.equals(drawn);

  await started({ port: served.port });
  await expect
    .poll(
      async () => {
        await viewer.press("a");
        await viewer.press("s");
        await viewer.page.waitForTimeout(1500);
        return viewer.line();
      },
      { timeout: 45_000 },
    )
    .toMatch(/^server/);
  expect(await viewer.page.getByRole("heading", { name: "The server does not answer" }).count()).toBe(0);
  await viewer.equals(drawn);
  await viewer.close();
});

test("without isolation the plain build decodes, and the page says what that costs", async () => {
  const { origin } = await started({ isolation: false });
  const viewer = await ViewerPage.open(browser, origin);
  expect(await viewer.page.evaluate(() => crossOriginIsolated)).toBe(false);
  const card = viewer.page.getByRole("status").filter({ hasText: "One thread here" });
  await card.waitFor();
  expect(await card.textContent()).toContain("--no-isolation");
  await viewer.prefer("local");
  await viewer.drop(file, { name: "card.jxl", bytes: readFileSync(sample("test-card.jxl")) });
  await viewer.shows("busy.png");
  await viewer.says(/^this browser, 1 thread ·/);
  await viewer.press("1");
  await viewer.equals(drawn);
  await viewer.press("n");
  await viewer.shows("card.jxl");

  await card.getByRole("button", { name: "Dismiss" }).click();
  await viewer.page.reload();
  // What was open comes back, and with it the tools.
  await viewer.page.locator("[data-action=open]").first().waitFor();
  expect(await card.count()).toBe(0);
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
});
