// frame-gap's case `film`: an animation is opened in this browser and plays for five seconds. Counted from the press of
// Play, so that decoding ahead, drawing and the page's own figures are all in it.

import { pause, progress, report } from "./chromium.js";
import { observe, smoothness } from "./smooth.js";

/** Milliseconds that a film plays, and that anything may take to come. */
const LASTING = 5_000;
const PATIENCE = 60_000;

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} origin
 * @param {number} runs
 * @param {string} sample an animation among the samples
 */
export async function film(browser, origin, runs, sample) {
  /** @type {{ tasks: number[], p99: number[], longest: number[], shown: number[] }} */
  const figures = { tasks: [], p99: [], longest: [], shown: [] };
  let threads = 0;
  // The first visit is not counted.
  for (let run = 0; run <= runs; run++) {
    const result = await visit(browser, origin, sample);
    threads = result.threads;
    progress(
      `film ${run || "warm-up"}/${runs}: ${result.tasks} long tasks, p99 gap ${result.p99.toFixed(1)} ms, longest ${result.longest.toFixed(1)} ms, ${result.shown} frames shown`,
    );
    for (const words of result.words) progress(`  a long frame: ${words}`);
    if (run === 0) continue;
    figures.tasks.push(result.tasks);
    figures.p99.push(result.p99);
    figures.longest.push(result.longest);
    figures.shown.push(result.shown);
  }
  const common = { case: "film", place: "local", threads };
  report({
    ...common,
    metric: "long_tasks",
    unit: "count",
    samples: figures.tasks,
    note: `film: ${sample} plays for ${LASTING / 1000} s in the viewer`,
  });
  report({ ...common, metric: "p99_gap_ms", unit: "ms", samples: figures.p99 });
  report({ ...common, metric: "max_gap_ms", unit: "ms", samples: figures.longest });
  report({ ...common, metric: "frames_shown", unit: "count", samples: figures.shown });
}

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} origin
 * @param {string} sample
 */
async function visit(browser, origin, sample) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  try {
    // With reduced motion, an animation waits to be told to play.
    const page = await context.newPage();
    await page.addInitScript(observe);
    await page.goto(origin);
    await page.check("input[name=place][value=local]", { force: true });
    const button = page.locator(`[data-sample="${sample}"]`);
    await button.waitFor();
    // Not Playwright's own click, which scrolls and asks the page many things.
    await button.evaluate((element) => /** @type {HTMLElement} */ (element).click());
    await page.locator("[data-role=play]").waitFor({ timeout: PATIENCE });
    await page.locator("canvas[data-role=picture]").waitFor({ timeout: PATIENCE });
    await pause(1500);
    const { began, shown } = await page.evaluate(
      (lasting) =>
        new Promise((settle) => {
          const bar = /** @type {HTMLElement} */ (document.querySelector("[data-role=play]"));
          let shown = 0;
          const watch = new MutationObserver(() => shown++);
          watch.observe(bar, { attributeFilter: ["data-index"] });
          const began = performance.now();
          /** @type {HTMLElement} */ (bar.querySelector("[data-action=play]")).click();
          setTimeout(() => {
            watch.disconnect();
            settle({ began, shown });
          }, lasting);
        }),
      LASTING,
    );
    if (shown === 0) throw new Error(`${sample} did not play`);
    const threads = await page.evaluate(() => (crossOriginIsolated ? navigator.hardwareConcurrency : 1));
    return { ...(await smoothness(page, began)), shown, threads };
  } finally {
    await context.close();
  }
}
