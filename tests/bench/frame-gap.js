// frame-gap: the real viewer opens a large sample in this browser; long tasks and the gaps between frames are those from
// the click until a second after the picture is there. Each run is a fresh visit, so the codec is loaded in it, too.
//
//     node tests/bench/frame-gap.js RUNS ORIGIN SAMPLE CACHE SOURCE

import { launch, pause, progress, report } from "./chromium.js";
import { film } from "./film.js";
import { observe, smoothness } from "./smooth.js";
import { strip } from "./strip.js";

const [runs = "7", origin = "", sample = "", cache = "", source = ""] = process.argv.slice(2);
/** Milliseconds that a decode may take. */
const PATIENCE = 120_000;
/** The sample that plays. */
const FILM = "bloom.jxl";

const browser = await launch();
/** @type {{ tasks: number[], p99: number[], longest: number[], shown: number[] }} */
const figures = { tasks: [], p99: [], longest: [], shown: [] };
let threads = 0;
try {
  // The first visit is not counted.
  for (let run = 0; run <= Number(runs); run++) {
    const result = await visit();
    threads = result.threads;
    progress(
      `${run || "warm-up"}/${runs}: ${result.tasks} long tasks, p99 gap ${result.p99.toFixed(1)} ms, longest ${result.longest.toFixed(1)} ms, shown after ${result.shown.toFixed(0)} ms`,
    );
    for (const words of result.words) progress(`  a long frame: ${words}`);
    if (run === 0) continue;
    figures.tasks.push(result.tasks);
    figures.p99.push(result.p99);
    figures.longest.push(result.longest);
    figures.shown.push(result.shown);
  }
  await film(browser, origin, Number(runs), FILM);
  await strip(browser, origin, Number(runs), cache, source);
} finally {
  await browser.close();
}
const common = { case: "24mp", place: "local", threads };
report({
  ...common,
  metric: "long_tasks",
  unit: "count",
  samples: figures.tasks,
  note: `24mp: ${sample}, opened in the viewer`,
});
report({ ...common, metric: "p99_gap_ms", unit: "ms", samples: figures.p99 });
report({ ...common, metric: "max_gap_ms", unit: "ms", samples: figures.longest });
report({ ...common, metric: "shown_ms", unit: "ms", samples: figures.shown });

async function visit() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(observe);
    await page.goto(origin);
    await page.check("input[name=place][value=local]", { force: true });
    const button = page.locator(`[data-sample="${sample}"]`);
    await button.waitFor();
    await pause(1500);
    const began = await page.evaluate(() => performance.now());
    // Not Playwright's own click, which scrolls and asks the page many things.
    await button.evaluate((element) => /** @type {HTMLElement} */ (element).click());
    const shown = await page.evaluate(
      ({ name, patience }) =>
        new Promise((settle, fail) => {
          const gaveUp = setTimeout(() => fail(new Error(`${name} did not appear`)), patience);
          const canvas = document.querySelector(".canvas") ?? document.body;
          const look = () => {
            const host = /** @type {HTMLElement | null} */ (document.querySelector(".canvas"));
            if (host?.dataset.key === undefined || !host.getAttribute("aria-label")?.startsWith(`${name},`)) return;
            clearTimeout(gaveUp);
            watch.disconnect();
            settle(performance.now());
          };
          const watch = new MutationObserver(look);
          watch.observe(canvas, { attributes: true, subtree: true, childList: true });
          look();
        }),
      { name: sample, patience: PATIENCE },
    );
    await pause(1000);
    const threads = await page.evaluate(() => (crossOriginIsolated ? navigator.hardwareConcurrency : 1));
    return { ...(await smoothness(page, began)), shown: Number(shown) - began, threads };
  } finally {
    await context.close();
  }
}
