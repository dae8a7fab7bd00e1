// frame-gap's case `strip`: the contact sheet of 200 photographs of 12 megapixels is scrolled through, by the wheel, while
// it fills in this browser.

import { pause, progress, report } from "./chromium.js";
import { photographs } from "./photographs.js";
import { observe, smoothness } from "./smooth.js";

/** Turns of the wheel, CSS pixels of one, and milliseconds between two. */
const TURNS = 160;
const TURN = 90;
const BETWEEN = 50;
const PATIENCE = 60_000;

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} origin
 * @param {number} runs
 * @param {string} cache a folder for the photographs
 * @param {string} source what they are made of
 */
export async function strip(browser, origin, runs, cache, source) {
  const folder = await photographs(browser, cache, source);
  /** @type {{ tasks: number[], p99: number[], longest: number[] }} */
  const figures = { tasks: [], p99: [], longest: [] };
  let threads = 0;
  // The first visit is not counted.
  for (let run = 0; run <= runs; run++) {
    const result = await visit(browser, origin, folder);
    threads = result.threads;
    progress(
      `strip ${run || "warm-up"}/${runs}: ${result.tasks} long tasks, p99 gap ${result.p99.toFixed(1)} ms, longest ${result.longest.toFixed(1)} ms, ${result.held} small pictures`,
    );
    for (const words of result.words) progress(`  a long frame: ${words}`);
    if (run === 0) continue;
    figures.tasks.push(result.tasks);
    figures.p99.push(result.p99);
    figures.longest.push(result.longest);
  }
  const common = { case: "strip", place: "local", threads };
  const note = "strip: the contact sheet of 200 photographs of 12 megapixels, scrolled while it fills";
  report({ ...common, metric: "long_tasks", unit: "count", samples: figures.tasks, note });
  report({ ...common, metric: "p99_gap_ms", unit: "ms", samples: figures.p99 });
  report({ ...common, metric: "max_gap_ms", unit: "ms", samples: figures.longest });
}

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} origin
 * @param {string} folder
 */
async function visit(browser, origin, folder) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(observe);
    await page.goto(origin);
    await page.locator(".sample").first().waitFor();
    await page.check("input[name=place][value=local]", { force: true });
    await pause(1000);
    await page.setInputFiles("input[webkitdirectory]", folder);
    await page.keyboard.press("k");
    await page.locator("[data-role=contact-sheet] canvas").first().waitFor({ timeout: PATIENCE });
    await page.mouse.move(720, 450);
    const began = await page.evaluate(() => performance.now());
    for (let turn = 0; turn < TURNS; turn++) {
      await page.mouse.wheel(0, turn < TURNS / 2 ? TURN : -TURN);
      await pause(BETWEEN);
    }
    const held = await page.getAttribute("[data-role=contact-sheet]", "data-held");
    const threads = await page.evaluate(() => (crossOriginIsolated ? navigator.hardwareConcurrency : 1));
    return { ...(await smoothness(page, began)), held, threads };
  } finally {
    await context.close();
  }
}
