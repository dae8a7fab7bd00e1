// The pages without their server, and with another build of them on it.

import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { build, type Plugin } from "vite";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { launch, type Served, serve } from "../harness.ts";
import { ExplorerPage } from "./explorer/explorer.ts";
import { busy, draw, png } from "./viewer/png.ts";
import { pages, sample, ViewerPage } from "./viewer/viewer.ts";

let browser: Browser;
let served: Served | undefined;
const folder = mkdtempSync(join(tmpdir(), "locus-offline-"));
const changed = join(folder, "changed");

const drawn = draw(320, 200, busy);
const file = { name: "busy.png", bytes: png(drawn) };
const card = { name: "card.jxl", bytes: readFileSync(sample("test-card.jxl")) };

beforeAll(async () => {
  [browser] = await Promise.all([launch(), buildChanged()]);
});

afterEach(() => served?.stop());

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** The same pages with all of their scripts and the codec's folder named otherwise. */
async function buildChanged(): Promise<void> {
  const change: Plugin = {
    name: "changed",
    renderChunk: (code, { name }) => (name === "worker" ? null : `/* changed */${code}`),
    writeBundle: () => {
      const index = join(changed, "codec/builds.json");
      const { threads } = JSON.parse(readFileSync(index, "utf8")) as { threads: string };
      renameSync(join(changed, "codec", threads), join(changed, "codec/threads-changed0"));
      writeFileSync(index, readFileSync(index, "utf8").replace(threads, "threads-changed0"));
    },
  };
  // Vite goes by it, and the test runner has set it.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  await build({
    root: join(pages, ".."),
    logLevel: "error",
    plugins: [change],
    build: { outDir: changed, emptyOutDir: true },
  });
  process.env.NODE_ENV = NODE_ENV;
}

async function start(options: Parameters<typeof serve>[0] = {}): Promise<Served> {
  served = await serve({ pages, ...options });
  return served;
}

/** What is kept for the page: paths by the names of the caches. */
function kept(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(async () => {
    const all: Record<string, string[]> = {};
    for (const name of await caches.keys()) {
      const requests = await (await caches.open(name)).keys();
      all[name] = requests.map(({ url }) => new URL(url).pathname);
    }
    return all;
  });
}

async function keeps(page: Page, path: RegExp): Promise<void> {
  await expect
    .poll(async () => Object.values(await kept(page)).some((paths) => paths.some((each) => path.test(each))), {
      timeout: 40_000,
      interval: 250,
    })
    .toBe(true);
}

function builds(all: Record<string, string[]>): string[] {
  return Object.keys(all).filter((name) => name.includes(" build "));
}

/** A further page of a visitor who is there already. */
async function another(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** The scripts and the codec that a page runs on. */
async function parts(page: Page): Promise<{ loaded: string[]; codec: string }> {
  return page.evaluate(async () => {
    const entries = [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")];
    const loaded = entries.map(({ name }) => new URL(name).pathname).filter((path) => !path.startsWith("/v1/"));
    const { threads } = await (await fetch("codec/builds.json")).json();
    return { loaded, codec: threads };
  });
}

test("after one visit, both pages compute without the server, with threads", async () => {
  const { origin, stop } = await start();
  const viewer = await ViewerPage.open(browser, origin);
  // All that is needed comes by itself, also what this visit has not used.
  await keeps(viewer.page, /locus_codec_bg\.wasm$/);
  await keeps(viewer.page, /workerHelpers/);
  await stop("SIGKILL");

  await viewer.page.reload();
  expect(await viewer.page.evaluate(() => crossOriginIsolated)).toBe(true);
  await viewer.page.locator("[data-sample] img").first().waitFor();
  await viewer.prefer("local");
  await viewer.drop(file);
  await viewer.shows("busy.png");
  await viewer.press("1");
  await viewer.equals(drawn);
  await viewer.drop(card);
  await viewer.shows("card.jxl");
  await viewer.says(/^this browser, [2-9]\d* threads/);

  const context = viewer.page.context();
  const page = await another(context, `${origin}/fractal#re=-0.5&im=0&zoom=1&palette=dusk`);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await new ExplorerPage(page).settles();
  expect(await page.title()).toContain("Locus");
  await viewer.close();
});

test.each([
  ["", "at the root of a site"],
  ["/tools/locus", "below a path"],
])("a page opened before the server went away (%j, %s) opens its first picture", async (base) => {
  const { origin, stop } = await start({ base });
  const viewer = await ViewerPage.open(browser, `${origin}/`);
  await keeps(viewer.page, /workerHelpers/);
  const scopes = await viewer.page.evaluate(async () =>
    (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope),
  );
  expect(scopes).toEqual([`${origin}/`]);
  await stop("SIGKILL");
  await viewer.prefer("local");
  await viewer.drop(file);
  await viewer.shows("busy.png");
  await viewer.press("1");
  await viewer.equals(drawn);
  await viewer.close();
});

test("who chooses the server downloads no codec with the page, and calls are never kept", async () => {
  const { origin } = await start();
  const context = await browser.newContext();
  await context.addInitScript(() => localStorage.setItem("locus.place", "server"));
  const asked: string[] = [];
  context.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const page = await another(context, origin);
  await page.getByRole("heading", { name: "Drop pictures here" }).waitFor();
  await keeps(page, /stage-/);
  // As long as pages wait before they fetch what may be needed offline, and then some.
  await page.waitForTimeout(12_000);
  const paths = [...asked, ...Object.values(await kept(page)).flat()];
  expect(paths.filter((path) => /codec\/(plain|threads)-/.test(path))).toEqual([]);
  // But what says what calls would take.
  expect(paths.some((path) => /codec\/estimates-/.test(path))).toBe(true);

  const viewer = new ViewerPage(page);
  await viewer.drop(file);
  await viewer.shows("busy.png");
  await viewer.says(/^server/);
  const all = Object.values(await kept(page)).flat();
  expect(all.length).toBeGreaterThan(10);
  expect(all.filter((path) => path.includes("/v1/"))).toEqual([]);
  await context.close();
});

test("an open page keeps its build, a reloaded one is of the new build alone", async () => {
  const first = await start();
  const viewer = await ViewerPage.open(browser, first.origin);
  const context = viewer.page.context();
  await viewer.prefer("local");
  await keeps(viewer.page, /workerHelpers/);
  const before = await parts(viewer.page);
  const old = builds(await kept(viewer.page));
  expect(old.length).toBe(1);
  await first.stop();

  await start({ pages: changed, port: first.port });
  const second = await another(context, first.origin);
  const notice = viewer.page.getByRole("heading", { name: "A new version is ready" });
  await notice.waitFor({ timeout: 30_000 });

  // The canvas and the codec had not been needed yet.
  await viewer.drop(file);
  await viewer.shows("busy.png");
  await viewer.says(/^this browser/);
  const during = await parts(viewer.page);
  expect(during.codec).toBe(before.codec);
  expect(during.loaded.some((path) => path.includes("/stage-"))).toBe(true);
  expect(during.loaded.filter((path) => !onDisk(pages, path))).toEqual([]);
  expect(builds(await kept(viewer.page)).length).toBe(2);

  await second.reload();
  const reloaded = new ViewerPage(second);
  await reloaded.drop(card);
  await reloaded.shows("card.jxl");
  await reloaded.says(/^this browser, [2-9]\d* threads/);
  const after = await parts(second);
  expect(after.codec).toBe("threads-changed0");
  expect(after.loaded.some((path) => path.includes("/viewer-") && !onDisk(pages, path))).toBe(true);
  expect(after.loaded.filter((path) => !onDisk(changed, path))).toEqual([]);
  // The other one is still what it was.
  expect((await parts(viewer.page)).codec).toBe(before.codec);

  await viewer.page.getByRole("button", { name: "Reload" }).click();
  await expect.poll(() => parts(viewer.page).catch(() => undefined)).toMatchObject({ codec: "threads-changed0" });
  expect(await notice.count()).toBe(0);
  // No page is left that uses the old build.
  await expect
    .poll(async () => builds(await kept(viewer.page)), { timeout: 40_000, interval: 500 })
    .not.toContain(old[0]);
  await viewer.close();
});

test("pages that the server isolates from now on get their threads", async () => {
  const first = await start({ isolation: false });
  const viewer = await ViewerPage.open(browser, first.origin);
  await keeps(viewer.page, /codec\/plain-/);
  await first.stop();
  await start({ port: first.port });
  await viewer.page.reload();
  await viewer.page.evaluate(() => navigator.serviceWorker.ready);
  expect(await viewer.page.evaluate(() => crossOriginIsolated)).toBe(false);
  await expect
    .poll(() => viewer.page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), {
      timeout: 40_000,
    })
    .toBe(0);
  await viewer.page.reload();
  expect(await viewer.page.evaluate(() => crossOriginIsolated)).toBe(true);
  await viewer.close();
});

function onDisk(folder: string, path: string): boolean {
  return existsSync(join(folder, path));
}
