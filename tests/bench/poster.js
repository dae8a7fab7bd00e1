// poster: a poster of 16,384 × 16,384 pixels by the explorer's code, in this browser: computed, coloured, compressed and
// written to the browser's private files. Beside it, in a page of its own and before and after each poster, the
// fractal's kernel on one thread, as in fractal-tile.
//
//     node tests/bench/poster.js RUNS ORIGIN KERNELS.wasm

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { launchWithProfile, pause, progress, report } from "./chromium.js";
import { serveFiles } from "./files.js";

const [runs = "3", origin = "", wasm = ""] = process.argv.slice(2);
const SIDE = 16_384;
/** The place and limit of fractal-tile's `boundary`, its 256 pixels drawn as 16,384. */
const DENSE = {
  center: { re: "-0.743643887037151", im: "0.131825904205330" },
  step: "1.5625e-12",
  side: SIDE,
  limit: 5000,
};
/** Performed iterations of a pixel that the case wants on average. */
const MEAN = 1000;
/** Milliseconds for which an idle page is left alone before its memory is read. */
const SETTLE = 3000;
/** Milliseconds between two looks at memory. */
const GLANCE = 250;
/** How often the kernel's tile is computed for one sample: about a second. */
const TIMES = 24;
const MIB = 2 ** 20;

const profile = mkdtempSync(join(tmpdir(), "locus-bench-poster-"));
const files = await serveFiles(join(import.meta.dirname, "fractal-tile"), new Map([["kernels.wasm", wasm]]));
const browser = await launchWithProfile(profile);
try {
  const kernel = await browser.newPage();
  await kernel.goto(files.origin);
  await kernel.evaluate(start);
  const cores = availableParallelism();
  /** @type {number[]} */
  const quotients = [];
  /** @type {number[]} */
  const grown = [];
  const speeds = [];
  let mean = 0;
  let size = 0;
  for (let run = 1; run <= Number(runs); run++) {
    const page = await browser.newPage();
    await page.goto(origin);
    await page.waitForFunction(() => document.title === "ready");
    await pause(SETTLE);
    const before = await kernel.evaluate(ask, { kernel: "kernel", view: 0, times: TIMES });
    const memory = await watch(page);
    const made = await page.evaluate((wish) => window.make(wish), DENSE);
    const growth = memory.end();
    const after = await kernel.evaluate(ask, { kernel: "kernel", view: 0, times: TIMES });
    if (!made.told) throw new Error("the file does not say how it was made");
    mean = made.iterations / SIDE ** 2;
    if (mean < MEAN) throw new Error(`only ${mean} iterations a pixel were performed`);
    const speed = made.iterations / made.milliseconds / 1000;
    const one = (before.iterations + after.iterations) / (before.seconds + after.seconds) / 1e6;
    size = made.bytes / MIB;
    quotients.push(speed / (one * cores));
    grown.push(growth / MIB);
    speeds.push(speed);
    progress(
      `dense ${run}/${runs}: ${(made.milliseconds / 1000).toFixed(1)} s, ${speed.toFixed(0)} of ${cores} × ` +
        `${one.toFixed(0)} Miter/s, ${(speed / (one * cores)).toFixed(3)}; memory grew by ${(growth / MIB).toFixed(0)} MiB`,
    );
    await page.close();
  }
  const line = { case: "dense", place: "local", threads: cores };
  const note = `dense: ${SIDE}² pixels, ${mean.toFixed(0)} iterations each, a PNG of ${size.toFixed(0)} MiB`;
  report({
    ...line,
    metric: "over_tile",
    unit: "×",
    samples: quotients,
    note: `${note}; over_tile: iterations a second, colours and PNG included, over the kernel's on one thread times the cores`,
  });
  report({ ...line, metric: "miter_s", unit: "Miter/s", samples: speeds });
  report({
    ...line,
    metric: "peak_mib",
    unit: "MiB",
    samples: grown,
    note: "peak_mib: by how much the proportional set size of the page's process was at most above that of the idle page",
  });
} finally {
  await browser.close();
  files.close();
  rmSync(profile, { recursive: true, force: true });
}

/** Runs in the page: starts the worker. @returns {Promise<object>} */
function start() {
  const worker = new Worker("/worker.js", { type: "module" });
  Object.assign(window, { worker });
  return new Promise((ready, fail) => {
    worker.onmessage = ({ data }) => ready(data);
    worker.onerror = ({ message }) => fail(new Error(message || "the worker could not be loaded"));
  });
}

/** Runs in the page. @param {object} request @returns {Promise<{ iterations: number, seconds: number }>} */
function ask(request) {
  const { worker } = /** @type {{ worker: Worker }} */ (/** @type {unknown} */ (window));
  return new Promise((settle, fail) => {
    worker.onmessage = ({ data }) => settle(data);
    worker.onerror = ({ message }) => fail(new Error(message));
    worker.postMessage(request);
  });
}

/**
 * Watches the memory of a page's process from now on.
 *
 * @param {import("playwright-core").Page} page that is idle
 * @returns {Promise<{ end(): number }>} the bytes by which it grew at most
 */
async function watch(page) {
  const pid = await processOf(page);
  const idle = proportional(pid);
  let most = idle;
  const timer = setInterval(() => {
    most = Math.max(most, proportional(pid));
  }, GLANCE);
  return {
    end() {
      clearInterval(timer);
      return most - idle;
    },
  };
}

/**
 * The process in which a page runs: the one among ours that works while the page does.
 *
 * @param {import("playwright-core").Page} page
 * @returns {Promise<number>}
 */
async function processOf(page) {
  const before = renderers();
  await page.evaluate(() => {
    const end = performance.now() + 500;
    while (performance.now() < end);
  });
  const spent = [...renderers()].map(([id, time]) => ({ id, time: time - (before.get(id) ?? 0) }));
  const { id } = spent.reduce((a, b) => (a.time > b.time ? a : b));
  return id;
}

/** Chromium's renderer processes below this one, with the ticks that they have run. @returns {Map<number, number>} */
function renderers() {
  /** @type {Map<number, number>} */
  const parents = new Map();
  /** @type {Map<number, number>} */
  const ticks = new Map();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      // The name stands in brackets, and may hold anything.
      const [, rest = ""] = /\) (.*)$/s.exec(readFileSync(`/proc/${entry}/stat`, "utf8")) ?? [];
      const fields = rest.split(" ").map(Number);
      parents.set(Number(entry), fields[1] ?? 0);
      if (!readFileSync(`/proc/${entry}/cmdline`, "utf8").includes("--type=renderer")) continue;
      ticks.set(Number(entry), (fields[11] ?? 0) + (fields[12] ?? 0));
    } catch {
      // It ended meanwhile.
    }
  }
  const ours = (/** @type {number | undefined} */ id) => {
    for (; id; id = parents.get(id)) if (id === process.pid) return true;
    return false;
  };
  return new Map([...ticks].filter(([id]) => ours(id)));
}

/** Bytes of a process's memory, what it shares counted in part. @param {number} pid */
function proportional(pid) {
  const [, kib = "0"] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8")) ?? [];
  return Number(kib) * 1024;
}
