// tiles-parallel: a screen of tiles through the client, in a page of each of two servers, which have one runner and two.
// tools/bench takes turns with it: for each line of JSON that it writes, a place, how many engines or runners and the
// tiles, this answers with one that says how long the screen took, and how many steps.
//
//     node tests/bench/tiles-parallel.js ORIGIN_WITH_ONE_RUNNER ORIGIN_WITH_TWO

import { createInterface } from "node:readline";
import { launch, report } from "./chromium.js";

const [one = "", two = ""] = process.argv.slice(2);
const browser = await launch();
try {
  const single = await open(one);
  const double = await open(two);
  report({});
  for await (const line of createInterface({ input: process.stdin })) {
    const { place, engines, tiles } = JSON.parse(line);
    const page = place === "server" && engines === 1 ? single : double;
    report(await page.evaluate(ask, { place, engines, tiles }));
  }
} finally {
  await browser.close();
}

/** @param {string} origin */
async function open(origin) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(origin);
  await page.waitForFunction(() => document.title === "ready");
  return page;
}

/** Runs in the page. @param {{ place: "local" | "server", engines: number, tiles: any[] }} request */
function ask({ place, engines, tiles }) {
  return window.tiles.screen(place, engines, tiles);
}
