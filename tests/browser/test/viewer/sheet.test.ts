// The contact sheet: small pictures of all that is open, by mouse, key and thumb, and for hundreds of them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { draw, plain, png } from "./png.ts";
import { pages, ViewerPage } from "./viewer.ts";

let browser: Browser;
let served: Served;
let folder: string;

/** As many pictures as the large folder has. */
const many = 500;
/** By how many MiB the page may grow while all of the large folder is scrolled through, and again by going back. */
const growth = { through: 260, again: 60 };

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve({ pages })]);
  folder = mkdtempSync(join(tmpdir(), "locus-many-"));
  // Each of another colour, and too large to be held as it is: 500 of them would take 1.5 GB.
  for (let at = 0; at < many; at++)
    writeFileSync(join(folder, `${at + 1}.png`), png(draw(1000, 750, plain(at % 256, (at * 7) % 256, 120))));
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await served?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

const patience = { timeout: 45_000 };
const sizes: [string, BrowserContextOptions][] = [
  ["1440 px, light", { viewport: { width: 1440, height: 900 }, colorScheme: "light" }],
  ["390 px, dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true, isMobile: true }],
];

const some = Array.from({ length: 30 }, (_, at) => ({
  name: `${at + 1}.png`,
  bytes: png(draw(120, at % 2 ? 80 : 160, plain(at * 8, 100, 200 - at * 6))),
}));

function sheet(viewer: ViewerPage) {
  return viewer.page.getByRole("listbox", { name: /Contact sheet/ });
}

/** The cell that keys move from. */
function active(viewer: ViewerPage): Promise<string | null> {
  return sheet(viewer).evaluate((list) => {
    const cell = document.getElementById(list.getAttribute("aria-activedescendant") ?? "");
    return cell?.getAttribute("aria-label") ?? null;
  });
}

/** How many cells are in view, and how many of these have their picture. */
function filled(viewer: ViewerPage): Promise<{ cells: number; inView: number; pictures: number; first: string }> {
  return sheet(viewer).evaluate((list) => {
    const box = list.getBoundingClientRect();
    const cells = [...list.querySelectorAll<HTMLElement>("[role=option]")];
    const inView = cells.filter((cell) => {
      const { top, bottom } = cell.getBoundingClientRect();
      return bottom > box.top + 90 && top < box.bottom - 180;
    });
    return {
      cells: cells.length,
      inView: inView.length,
      pictures: inView.filter((cell) => cell.querySelector("canvas")).length,
      first: inView[0]?.getAttribute("aria-label") ?? "",
    };
  });
}

async function fills(viewer: ViewerPage): Promise<void> {
  await expect
    .poll(async () => {
      const { inView, pictures } = await filled(viewer);
      return inView > 0 && pictures === inView;
    }, patience)
    .toBe(true);
}

describe.each(sizes)("at %s", (_, options) => {
  test("opens by key or thumb, fills, and opens a picture", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, options);
    await viewer.drop(...some);
    await viewer.shows("1.png");
    await viewer.page.locator("[data-action=sheet]").first().click();
    await fills(viewer);
    expect(await viewer.selected()).toBe("Contact sheet");
    await sheet(viewer).getByRole("option", { name: "5.png", exact: true }).click();
    await viewer.shows("5.png");
    expect(await sheet(viewer).count()).toBe(0);

    // By keys: what was looked at is where it begins.
    await viewer.press("k");
    await sheet(viewer).waitFor();
    await expect.poll(() => active(viewer), patience).toBe("5.png");
    await viewer.press("ArrowRight", "ArrowRight", "ArrowLeft");
    expect(await active(viewer)).toBe("6.png");
    await viewer.press("ArrowDown");
    const below = await active(viewer);
    expect(Number.parseInt(below ?? "", 10)).toBeGreaterThan(7);
    await viewer.press("ArrowUp", "End");
    expect(await active(viewer)).toBe("30.png");
    await viewer.press("Home", "Enter");
    await viewer.shows("1.png");
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });

  test("several are chosen, counted, taken out and put back", async () => {
    const viewer = await ViewerPage.open(browser, served.origin, options);
    await viewer.drop(...some);
    await viewer.shows("1.png");
    await viewer.press("k");
    await sheet(viewer).waitFor();
    await viewer.press(" ", "ArrowRight", "ArrowRight", " ");
    const bar = viewer.page.getByRole("toolbar", { name: "Chosen pictures" });
    expect(await bar.getByRole("status").textContent()).toBe("2 selected");
    expect(await sheet(viewer).locator("[aria-selected=true]").count()).toBe(2);
    await viewer.press("Shift+ArrowRight", "Shift+ArrowRight");
    expect(await bar.getByRole("status").textContent()).toBe("3 selected");
    // By their corners.
    await sheet(viewer).getByRole("option", { name: "1.png", exact: true }).locator(".corner").click();
    expect(await bar.getByRole("status").textContent()).toBe("4 selected");
    await bar.getByRole("button", { name: "Take out" }).click();
    expect(await bar.count()).toBe(0);
    await expect.poll(() => sheet(viewer).getAttribute("aria-label")).toContain("26 pictures");
    await viewer.press("Control+z");
    await expect.poll(() => sheet(viewer).getAttribute("aria-label")).toContain("30 pictures");
    await viewer.press("Control+a");
    expect(await bar.getByRole("status").textContent()).toBe("30 selected");
    await viewer.press("Escape");
    expect(await bar.count()).toBe(0);
    await viewer.press("Escape");
    expect(await sheet(viewer).count()).toBe(0);
    expect(viewer.complaints).toEqual([]);
    await viewer.close();
  });
});

test("a folder of 500 pictures: few elements, bounded memory, and the page stays alive", async () => {
  const viewer = await ViewerPage.open(browser, served.origin);
  await viewer.prefer("local");
  const [chooser] = await Promise.all([
    viewer.page.waitForEvent("filechooser"),
    viewer.page.locator("[data-action=open-folder]").click(),
  ]);
  await chooser.setFiles(folder);
  await viewer.shows("1.png");
  await viewer.page.getByRole("button", { name: "Contact sheet" }).first().click();
  await fills(viewer);
  const before = await memory(viewer);

  // What is far from where somebody looks comes at once, not after all that lies between.
  await viewer.press("End");
  await expect.poll(async () => (await filled(viewer)).first, patience).not.toBe("1.png");
  await fills(viewer);
  await viewer.press("Home");
  const through = async () => {
    for (let at = 1; at <= many; at += 40) {
      await sheet(viewer).evaluate((list, share) => {
        list.scrollTop = share * (list.scrollHeight - list.clientHeight);
      }, at / many);
      await fills(viewer);
      const { cells } = await filled(viewer);
      expect(cells).toBeLessThan(150);
    }
  };
  await through();
  const after = await memory(viewer);
  await through();
  const again = await memory(viewer);
  console.log(
    `500 pictures: ${before.toFixed(0)} MiB, ${after.toFixed(0)} after all were seen, ${again.toFixed(0)} after going through again`,
  );
  expect(after - before).toBeLessThan(growth.through);
  expect(again - after).toBeLessThan(growth.again);

  // Nothing queues behind what was scrolled past: a picture is opened at once.
  await viewer.press("Home", "Enter");
  await viewer.shows("1.png");
  expect(await viewer.page.locator(".strip li").count()).toBeLessThan(80);
  expect(viewer.complaints).toEqual([]);
  await viewer.close();
}, 300_000);

/** MiB of all of the browser's pages, each with its share of what it shares. */
async function memory(viewer: ViewerPage): Promise<number> {
  const session = await viewer.page.context().newCDPSession(viewer.page);
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
  const root = await browser.newBrowserCDPSession();
  const { processInfo } = await root.send("SystemInfo.getProcessInfo");
  await root.detach();
  const renderers = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  return renderers.reduce((sum, pid) => sum + share(pid), 0);
}

function share(pid: number): number {
  try {
    return Number(/^Pss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}
