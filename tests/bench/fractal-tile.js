// fractal-tile: the kernels in a worker of this browser. tools/bench takes turns with it: for each line of JSON that it
// writes, a kernel, a view and how often, this answers with one that says how many steps that took, and how many seconds.
//
//     node tests/bench/fractal-tile.js KERNELS.wasm

import { join } from "node:path";
import { createInterface } from "node:readline";
import { launch, report } from "./chromium.js";
import { serveFiles } from "./files.js";

const [wasm = ""] = process.argv.slice(2);
const files = await serveFiles(join(import.meta.dirname, "fractal-tile"), new Map([["kernels.wasm", wasm]]));
const browser = await launch();
try {
  const page = await browser.newPage();
  await page.goto(files.origin);
  report(await page.evaluate(start));
  for await (const line of createInterface({ input: process.stdin })) {
    report(await page.evaluate(ask, JSON.parse(line)));
  }
} finally {
  await browser.close();
  files.close();
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

/** Runs in the page. @param {object} request @returns {Promise<object>} */
function ask(request) {
  const { worker } = /** @type {{ worker: Worker }} */ (/** @type {unknown} */ (window));
  return new Promise((settle, fail) => {
    worker.onmessage = ({ data }) => settle(data);
    worker.onerror = ({ message }) => fail(new Error(message));
    worker.postMessage(request);
  });
}
