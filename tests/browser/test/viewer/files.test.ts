// Pictures arrive: as files and folders, dropped or chosen, from the clipboard, and by address.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { draw, plain, png } from "./png.ts";
import { anotherSite, type Site } from "./site.ts";
import { pages, ViewerPage } from "./viewer.ts";

let browser: Browser;
let served: Served;
let site: Site;
let folder: string;

/** In the order in which people count. */
const inOrder = ["1.png", "2.png", "10.png", "3.png", "a.png"];

beforeAll(async () => {
  [browser, served, site] = await Promise.all([launch(), serve({ pages }), anotherSite()]);
  folder = mkdtempSync(join(tmpdir(), "locus-folder-"));
  mkdirSync(join(folder, "trip/part 2/deep"), { recursive: true });
  const blue = png(draw(120, 80, plain(20, 20, 220)));
  for (const name of ["10.png", "2.png", "1.png", "part 2/3.png", "part 2/deep/a.png"])
    writeFileSync(join(folder, "trip", name), blue);
  for (const name of ["notes.txt", "part 2/film.mp4", ".hidden.png"])
    writeFileSync(join(folder, "trip", name), "words");
  writeFileSync(join(folder, "single.png"), blue);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
  site?.close();
  if (folder) rmSync(folder, { recursive: true });
});

const sizes: [string, BrowserContextOptions][] = [
  ["1440 px, light", { viewport: { width: 1440, height: 900 }, colorScheme: "light" }],
  ["390 px, dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true, isMobile: true }],
];

/** Drops what lies at these paths, as a file manager does. */
async function dropPaths(viewer: ViewerPage, ...files: string[]): Promise<void> {
  const session = await viewer.page.context().newCDPSession(viewer.page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await session.send("Input.dispatchDragEvent", { type, x: 180, y: 300, data });
  await session.detach();
}

function note(viewer: ViewerPage): Promise<string | null> {
  return viewer.page.locator(".card").first().textContent();
}

describe.each(sizes)("at %s", (_, options) => {
  const opened = (path = "") => ViewerPage.open(browser, served.origin + path, options);

  test("a dropped folder brings its pictures in the order in which people count, and says what stayed out", async () => {
    const viewer = await opened();
    await dropPaths(viewer, join(folder, "single.png"), join(folder, "trip"));
    await viewer.shows("single.png");
    expect(await viewer.names()).toEqual(["single.png", ...inOrder]);
    expect(await note(viewer)).toMatch(/6 pictures opened.*2 other files are no pictures/s);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("a folder is opened through its dialog", async () => {
    const viewer = await opened();
    const [chooser] = await Promise.all([
      viewer.page.waitForEvent("filechooser"),
      viewer.page.locator("[data-action=open-folder]").click(),
    ]);
    await chooser.setFiles(join(folder, "trip"));
    await viewer.shows("1.png");
    expect(await viewer.names()).toEqual(inOrder);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("a folder without pictures says so", async () => {
    const viewer = await opened();
    const empty = join(folder, "nothing");
    mkdirSync(empty, { recursive: true });
    writeFileSync(join(empty, "one.txt"), "words");
    await dropPaths(viewer, empty);
    await viewer.page.getByRole("heading", { name: "No picture was found" }).waitFor();
    expect(await note(viewer)).toContain("1 other file is no pictures");
    await viewer.close();
  });

  test("a picture and addresses are pasted", async () => {
    const viewer = await opened();
    const paste = (words: string, base64?: string) =>
      viewer.page.evaluate(
        ({ words, base64 }) => {
          const clipboardData = new DataTransfer();
          if (words) clipboardData.setData("text/plain", words);
          if (base64) {
            const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
            clipboardData.items.add(new File([bytes], "image.png", { type: "image/png" }));
          }
          document.body.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, clipboardData }));
        },
        { words, base64 },
      );
    await paste("", png(draw(90, 60, plain(200, 20, 20))).toString("base64"));
    await viewer.shows("image.png");
    await paste(`Look: ${site.at("/green.png")} and\n${site.at("/other.png")}`);
    await viewer.shows("green.png");
    await expect.poll(() => viewer.middle(), { timeout: 30_000 }).toEqual([20, 180, 20, 255]);
    expect(await viewer.names()).toEqual(["image.png", "green.png", "other.png"]);
    await paste("no address in here");
    expect(await viewer.names()).toHaveLength(3);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("several addresses of the page's own are fetched by this browser", async () => {
    const named = [site.at("/one.png"), site.at("/two.png")].map((url) => `url=${encodeURIComponent(url)}`).join("&");
    const before = site.asked.length;
    const viewer = await opened(`/?${named}`);
    await viewer.shows("one.png");
    expect(await viewer.names()).toEqual(["one.png", "two.png"]);
    const [asked] = site.asked.slice(before);
    // Only browsers say which site asks.
    expect(asked).toEqual({ path: "/one.png", origin: served.origin });
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("a site that hands nothing over is named, with what to do", async () => {
    const viewer = await opened(`/?url=${encodeURIComponent(site.at("/refused.png"))}`);
    const card = viewer.page.getByRole("alert");
    await card.waitFor();
    expect(await card.textContent()).toMatch(/refused\.png could not be fetched from localhost:\d+/);
    expect(await card.textContent()).toMatch(/does not allow.*\(CORS\).*save it, and drop the file here/s);
    expect(await card.getByRole("link", { name: /Open it at localhost/ }).getAttribute("href")).toBe(
      site.at("/refused.png"),
    );
    await viewer.close();
  });

  test.each([
    ["/missing.png", /answered 404/],
    ["/page", /is a web page, not a picture/],
    ["/huge.png", /more than 268 MB/],
  ])("%s is told in words", async (path, words) => {
    const viewer = await opened(`/?url=${encodeURIComponent(site.at(path))}`);
    await expect.poll(() => viewer.page.getByRole("alert").textContent(), { timeout: 30_000 }).toMatch(words);
    await viewer.close();
  });

  test("a site that dribbles shows how far it is, and is left by its button", async () => {
    const viewer = await opened(`/?url=${encodeURIComponent(site.at("/slow.png"))}`);
    const progress = viewer.page.locator("[data-role=progress]");
    await expect.poll(() => progress.textContent(), { timeout: 30_000 }).toMatch(/Fetching slow\.png/);
    await expect
      .poll(() => progress.getByRole("progressbar").getAttribute("aria-valuenow"), { timeout: 30_000 })
      .toMatch(/^(49|50)$/);
    await progress.getByRole("button", { name: "Cancel" }).click();
    await viewer.page.getByRole("heading", { name: "slow.png was stopped" }).waitFor();
    await viewer.close();
  });

  test("an address that is none says so", async () => {
    const viewer = await opened("/?url=ftp%3A%2F%2Fexample.org%2Fa.png");
    await viewer.page.getByRole("heading", { name: "The address names no picture" }).waitFor();
    await viewer.close();
  });
});
