// The command palette on both pages: every action by a few letters, with its key, for eyes and for screen readers.

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, type Served, serve } from "../harness.ts";
import { pages } from "./viewer/viewer.ts";

let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve({ pages })]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

const sizes: [string, BrowserContextOptions][] = [
  ["1440 px, light", { viewport: { width: 1440, height: 900 }, colorScheme: "light" }],
  ["390 px, dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true, isMobile: true }],
];

async function opened(path: string, options: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }> {
  const page = await (await browser.newContext(options)).newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(`${served.origin}/${path}`);
  await page.locator("[data-action=theme]").waitFor();
  return { page, complaints };
}

/** What the field says is chosen, as a screen reader hears it. */
async function current(page: Page): Promise<string> {
  const id = await page.getByRole("combobox").getAttribute("aria-activedescendant");
  const option = page.locator(`[id="${id}"]`);
  expect(await option.getAttribute("aria-selected")).toBe("true");
  return ((await option.locator(".name").textContent()) ?? "").trim();
}

describe.each(sizes)("at %s", (_, options) => {
  test.each([
    ["", "the viewer"],
    ["fractal", "the explorer"],
  ])("/%s: %s's actions are found, chosen and done", async (path) => {
    const { page, complaints } = await opened(path, options);
    const palette = page.locator("dialog[data-role=palette][aria-label='All actions']");
    await page.keyboard.press("Control+k");
    await palette.waitFor();
    const shown = await palette.getByRole("option").count();
    expect(shown).toBeGreaterThan(15);
    // Every line tells the key.
    expect(await palette.getByRole("option").locator("kbd").count()).toBeGreaterThan(shown - 6);

    await page.keyboard.type("theme");
    expect(await palette.getByRole("option").count()).toBeLessThan(shown);
    const before = await page.evaluate(() => document.documentElement.dataset.theme);
    expect(await current(page)).toMatch(/theme|appearance/i);
    await page.keyboard.press("Enter");
    await palette.waitFor({ state: "detached" });
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).not.toBe(before);

    // By its other key; arrows choose, Escape leaves all as it is.
    await page.keyboard.press("/");
    await palette.waitFor();
    const first = await current(page);
    await page.keyboard.press("ArrowDown");
    expect(await current(page)).not.toBe(first);
    await page.keyboard.press("ArrowUp");
    expect(await current(page)).toBe(first);
    await page.keyboard.type("qqqq");
    await palette.getByText("No action is called that.").waitFor();
    await page.keyboard.press("Escape");
    await palette.waitFor({ state: "detached" });

    // By its line, from the help; the key for it is told there, too.
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keys and gestures" });
    await help.getByRole("button", { name: /Find one/ }).click();
    await palette.waitFor();
    await page.getByRole("combobox").fill("on the server");
    await palette.getByRole("option").first().click();
    await expect.poll(() => page.locator("input[name=place]:checked").getAttribute("value")).toBe("server");
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
