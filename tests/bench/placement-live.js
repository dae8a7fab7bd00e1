// placement-live: a fixed script of 60 calls in Chromium, forced into either place and placed by `auto`, on three networks
// and with a renderer at full speed and one that is stopped most of the time. Networks are the browser's own emulation.
//
//     node tests/bench/placement-live.js ROUNDS URL

import { join } from "node:path";
import { launch, pause, progress, report } from "./chromium.js";
import { kinds, part } from "./placement/kinds.js";

/** @typedef {import("../../web-worker/client/src/index.ts").Preference} Preference */

const [rounds = "3", url = ""] = process.argv.slice(2);
const samples = join(import.meta.dirname, "../../assets/samples");
/** Milliseconds of the round trip, Mbit/s down and up. */
const networks = { lan: [1, 1000, 200], cable: [20, 50, 10], mobile: [80, 10, 2] };
/** Of 30 ms a slowed renderer gets so many less. */
const STOPPED_MS = 25;
const PERIOD_MS = 30;

const large = ["lake.jxl", "dunes.jpg"].map((file) => ({
  .../** @type {const} */ ({ operation: "image.decode" }),
  file,
  parameters: { size: { width: 960, height: 614 } },
}));
const view = { width: 512, height: 512 };
const script = Array.from({ length: 60 }, (_, at) => {
  if (at % 15 === 7) return /** @type {typeof large[0]} */ (large[Math.floor(at / 15) % 2]);
  if (at % 3 === 0) {
    const panned = part(at);
    return { ...panned, parameters: { region: { x: 64 * (at % 40), y: 1000, ...view } } };
  }
  const names = ["tile-outside", "small-jpeg", "tile-boundary", "tile-dense", "small-png", "tile-boundary"];
  return /** @type {import("./calls/api.ts").Wanted} */ (kinds[names[at % names.length] ?? ""]);
});

for (const slowed of [false, true]) {
  for (const [name, [latency = 0, down = 0, up = 0]] of Object.entries(networks)) {
    if (!(process.env.LOCUS_BENCH_CASE ?? `${name}-${slowed ? 6 : 1}`).split(" ").includes(`${name}-${slowed ? 6 : 1}`))
      continue;
    /** @type {Record<Preference, number[]>} */
    const totals = { local: [], server: [], auto: [] };
    /** @type {number[]} */
    const slowness = [];
    for (let round = 1; round <= Number(rounds); round++) {
      for (const prefer of /** @type {const} */ (["local", "server", "auto"])) {
        const { seconds, loops, there } = await session(prefer, { latency, down, up }, slowed);
        totals[prefer].push(seconds);
        slowness.push(loops);
        progress(
          `${name}-${slowed ? 6 : 1} ${round}/${rounds}: ${prefer} ${seconds.toFixed(2)} s, ${there} of 60 on the server`,
        );
      }
    }
    const best = Math.min(median(totals.local), median(totals.server));
    const seconds = Object.entries(totals).map(([prefer, taken]) => `${prefer} ${median(taken).toFixed(2)} s`);
    const note = `${seconds.join(", ")}; ${latency} ms, ${down}/${up} Mbit/s; a loop in a worker takes ${median(slowness).toFixed(1)} times what it takes at full speed`;
    report({
      case: `${name}-${slowed ? 6 : 1}`,
      metric: "auto_over_best",
      unit: "×",
      place: "auto",
      samples: totals.auto.map((taken) => taken / best),
      note,
    });
  }
}

/**
 * One visit: a browser of its own, the codec loaded, then the network and the speed, then the script.
 *
 * @param {Preference} prefer @param {{ latency: number, down: number, up: number }} network @param {boolean} slowed
 */
async function session(prefer, network, slowed) {
  const browser = await launch();
  let stop = () => {};
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => document.title === "ready");
    const names = [...new Set(script.flatMap(({ file }) => file ?? []))];
    await page.setInputFiles(
      "input",
      names.map((file) => join(samples, file)),
    );
    await page.evaluate(() => window.ready());
    const full = await page.evaluate(() => window.loop());
    const devtools = await page.context().newCDPSession(page);
    const bytes = (/** @type {number} */ mbit) => (mbit * 1e6) / 8;
    await devtools.send("Network.enable");
    await devtools.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: network.latency,
      downloadThroughput: bytes(network.down),
      uploadThroughput: bytes(network.up),
    });
    if (slowed) stop = slow(await renderer(browser));
    const loops = (await page.evaluate(() => window.loop())) / full;
    const began = performance.now();
    const took = await page.evaluate(
      ([calls, where]) => window.run(calls, where),
      /** @type {const} */ ([script, prefer]),
    );
    const seconds = (performance.now() - began) / 1000;
    if (process.env.LOCUS_BENCH_CALLS)
      for (const { reason, total_ms } of took) progress(`${total_ms.toFixed(0)} ms  ${reason}`);
    return { seconds, loops, there: took.filter(({ place }) => place === "server").length };
  } finally {
    stop();
    await pause(PERIOD_MS);
    await browser.close();
  }
}

/** The process that draws the page, and whose threads its workers are. @param {import("playwright-core").Browser} browser */
async function renderer(browser) {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
  const renderers = processInfo.filter(({ type }) => type === "renderer").sort((a, b) => b.cpuTime - a.cpuTime);
  const [first] = renderers;
  if (!first) throw new Error("the browser names no renderer");
  return first.id;
}

/** Stops and continues a process, over and over; returns what ends that. @param {number} pid */
function slow(pid) {
  let ended = false;
  const turn = async () => {
    while (!ended) {
      process.kill(pid, "SIGSTOP");
      await pause(STOPPED_MS);
      process.kill(pid, "SIGCONT");
      await pause(PERIOD_MS - STOPPED_MS);
    }
  };
  turn().catch((error) => progress(`the renderer could not be slowed: ${error.message}`));
  return () => {
    ended = true;
  };
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
