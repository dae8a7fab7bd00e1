// zoom: the real explorer, from `locus serve`, zooms ten steps into a fixed place by keys, in this browser and on the
// server. After a step everything is twice as large, so that no tile is there yet; the next one follows when the screen
// is complete. Each run is a fresh visit, in which codec and engines are there before the first step.
//
//     node tests/bench/zoom.js RUNS ORIGIN

import { launch, pause, progress, report } from "./chromium.js";
import { observe, smoothness } from "./smooth.js";

const [runs = "7", origin = ""] = process.argv.slice(2);
const STEPS = 10;
/** Seahorse Valley; a zoom of 8 has 2^16 pixels a unit. */
const PLACE = "re=-0.743643887037151&im=0.131825904205330&zoom=8";
/** What a key zooms by is half of a step. */
const KEYS = ["+", "+"];
const CASES = /** @type {const} */ (["local", "server"]);

/** Runs in the page before its own scripts: tells what becomes of a step. */
function watchSteps() {
  /** Milliseconds for which a complete screen has to stay so: with a higher limit its tiles are computed again. */
  const REST = 400;
  const PATIENCE = 60_000;
  /** @type {Promise<Step>} */
  let step;
  let drawn = () => {};

  // The page says a few times a second how far it is. When the first tile is drawn, its pixels go where these take them.
  for (const [prototype, name] of /** @type {[any, string][]} */ ([
    [CanvasRenderingContext2D.prototype, "putImageData"],
    [WebGL2RenderingContext.prototype, "texImage2D"],
  ])) {
    const put = prototype[name];
    prototype[name] = function (/** @type {unknown[]} */ ...words) {
      drawn();
      return put.apply(this, words);
    };
  }

  /** From the next key on. */
  function arm() {
    step = new Promise((settle, fail) => {
      const canvas = /** @type {HTMLElement} */ (document.querySelector(".canvas"));
      let began = Number.NaN;
      let first = Number.NaN;
      let complete = Number.NaN;
      let left = false;
      /** @type {ReturnType<typeof setTimeout> | undefined} */
      let rest;
      const gaveUp = setTimeout(() => end(() => fail(new Error("a screen did not become complete"))), PATIENCE);
      const watch = new MutationObserver(look);
      /** @param {() => void} how */
      function end(how) {
        clearTimeout(gaveUp);
        watch.disconnect();
        how();
      }
      function look() {
        const done = canvas.dataset.missing === "0" && canvas.dataset.tiles !== "0" && canvas.ariaBusy === "false";
        // Until the step's tiles are asked for, the screen is as complete as it was.
        left ||= !done;
        if (!left) return;
        if (!done) {
          clearTimeout(rest);
          rest = undefined;
        } else if (!rest) {
          complete = performance.now() - began;
          rest = setTimeout(() => {
            if (first) end(() => settle({ first, complete }));
            else end(() => fail(new Error("a screen became complete, and no tile was drawn")));
          }, REST);
        }
      }
      addEventListener(
        "keydown",
        ({ timeStamp }) => {
          began = timeStamp;
          drawn = () => {
            first ||= performance.now() - began;
          };
          watch.observe(canvas, { attributes: true });
        },
        { once: true, capture: true },
      );
    });
  }

  Object.assign(window, { steps: { arm, ended: () => step } });
}

/** @typedef {{ first: number, complete: number }} Step milliseconds from the key to the first tile, and to the last */
/** @typedef {{ steps: { arm(): void, ended(): Promise<Step> } }} Watched */
/** @typedef {{ tasks: number, p99: number, first: number, complete: number }} Visit */

const browser = await launch();
try {
  /** @type {Record<string, Visit[]>} */
  const visits = { local: [], server: [] };
  // The first visits are not counted.
  for (let run = 0; run <= Number(runs); run++) {
    for (const place of CASES) {
      const result = await visit(place);
      const { tasks, p99, first, complete } = result;
      progress(
        `${place} ${run || "warm-up"}/${runs}: ${tasks} long tasks, p99 gap ${p99.toFixed(1)} ms, ` +
          `first tile after ${first.toFixed(0)} ms, screen after ${complete.toFixed(0)} ms`,
      );
      for (const words of result.words) progress(`  a long frame: ${words}`);
      if (run > 0) visits[place]?.push(result);
    }
  }
  for (const place of CASES) tell(place, visits[place] ?? []);
} finally {
  await browser.close();
}

/** @param {"local" | "server"} place */
async function visit(place) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    await context.addInitScript((chosen) => localStorage.setItem("locus.place", chosen), place);
    await context.addInitScript(observe);
    await context.addInitScript(watchSteps);
    const page = await context.newPage();
    await page.goto(`${origin}/fractal#${PLACE}&palette=dusk`);
    await page.waitForFunction(() => {
      const canvas = /** @type {HTMLElement | null} */ (document.querySelector(".canvas"));
      return canvas?.ariaBusy === "false" && canvas.dataset.missing === "0" && canvas.dataset.tiles !== "0";
    });
    await pause(1500);
    const began = await page.evaluate(() => performance.now());
    /** @type {Step[]} */
    const steps = [];
    for (let at = 0; at < STEPS; at++) {
      await page.evaluate(() => /** @type {Watched} */ (/** @type {unknown} */ (window)).steps.arm());
      for (const key of KEYS) await page.keyboard.press(key);
      steps.push(await page.evaluate(() => /** @type {Watched} */ (/** @type {unknown} */ (window)).steps.ended()));
    }
    const ran = await page.textContent("[data-role=last-call]");
    if (!ran?.includes(place === "local" ? "this browser" : "server")) throw new Error(`tiles were made by: ${ran}`);
    return {
      ...(await smoothness(page, began)),
      first: median(steps.map(({ first }) => first)),
      complete: median(steps.map(({ complete }) => complete)),
    };
  } finally {
    await context.close();
  }
}

/** @param {"local" | "server"} place @param {Visit[]} visits */
function tell(place, visits) {
  const common = { case: place, place };
  report({
    ...common,
    metric: "long_tasks",
    unit: "count",
    samples: visits.map(({ tasks }) => tasks),
    note: `${STEPS} steps, each twice as deep, from ${PLACE}; times are a visit's medians over its steps`,
  });
  report({ ...common, metric: "p99_gap_ms", unit: "ms", samples: visits.map(({ p99 }) => p99) });
  report({ ...common, metric: "first_tile_ms", unit: "ms", samples: visits.map(({ first }) => first) });
  report({ ...common, metric: "screen_ms", unit: "ms", samples: visits.map(({ complete }) => complete) });
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}
