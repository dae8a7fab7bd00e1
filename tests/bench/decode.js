// browser-decode: ours and the peers in one isolated page, decoding the same file in turn; ours in the plain build in a
// second page, which is not isolated, in the same turns.
//
//     node tests/bench/decode.js RUNS CASE=FILE...

import { join } from "node:path";
import { launch, pause, progress, report } from "./chromium.js";
import { serveFiles } from "./files.js";

/** Names of the peers in the figures. @type {Record<string, string>} */
const peers = {
  createImageBitmap: "browser (createImageBitmap)",
  ImageDecoder: "browser (ImageDecoder)",
  icodec: "icodec 0.6.0",
  "jxl.js": "jxl.js 1.0.3",
};
/** Milliseconds between two decodes, in which workers settle. */
const PAUSE = 200;
/** Mean difference of samples, 0 to 1, past which decoders do not agree. */
const DISAGREE = 0.04;

const [runs = "7", ...cases] = process.argv.slice(2);
const inputs = new Map(cases.map((each) => /** @type {[string, string]} */ (each.split(/=(.*)/s).slice(0, 2))));
const files = await serveFiles(join(import.meta.dirname, "page/dist"), inputs);
const browser = await launch();
try {
  const isolated = await open("/");
  const plain = await open("/plain/");
  if (!(await isolated.evaluate(() => window.bench.isolated))) throw new Error("the page is not isolated");
  if (await plain.evaluate(() => window.bench.isolated)) throw new Error("the plain page is isolated");
  for (const name of inputs.keys()) await measure(name, isolated, plain);
} finally {
  await browser.close();
  files.close();
}

/** @param {string} path */
async function open(path) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(files.origin + path);
  await page.waitForFunction(() => document.title === "ready");
  return page;
}

/**
 * @param {import("playwright-core").Page} page
 * @param {string} decoder
 */
async function decode(page, decoder) {
  await pause(PAUSE);
  return page.evaluate((name) => window.bench.decode(name), decoder);
}

/**
 * @param {string} name of the case
 * @param {import("playwright-core").Page} isolated
 * @param {import("playwright-core").Page} plain
 */
async function measure(name, isolated, plain) {
  for (const page of [isolated, plain]) await page.evaluate((url) => window.bench.open(url), `/inputs/${name}`);

  // Once each uncounted; a peer that fails now is left out.
  const ours = await decode(isolated, "ours");
  await decode(plain, "ours");
  if (ours.threads !== 2) throw new Error(`ours has ${ours.threads} threads`);
  /** @type {Map<string, { samples: number[], note?: string }>} */
  const others = new Map();
  for (const peer of Object.keys(peers)) {
    try {
      const theirs = await decode(isolated, peer);
      const note = difference(ours, theirs);
      others.set(peer, { samples: [], ...(note && { note: `${name}: ${peers[peer]}: ${note}` }) });
    } catch (error) {
      others.set(peer, { samples: [], note: `${name}: ${peers[peer]}: ${words(error)}` });
    }
  }
  const able = [...others].filter(([, { note }]) => !note || note.includes("differs")).map(([peer]) => peer);

  const megapixels = (ours.width * ours.height) / 1e6;
  /** @param {number} milliseconds */
  const speed = (milliseconds) => (megapixels * 1000) / milliseconds;
  /** @type {{ threads: number[], plain: number[], ratio: number[] }} */
  const own = { threads: [], plain: [], ratio: [] };
  for (let run = 1; run <= Number(runs); run++) {
    const two = speed((await decode(isolated, "ours")).milliseconds);
    for (const peer of able) others.get(peer)?.samples.push(speed((await decode(isolated, peer)).milliseconds));
    const one = speed((await decode(plain, "ours")).milliseconds);
    own.threads.push(two);
    own.plain.push(one);
    own.ratio.push(two / one);
    const told = able.map((peer) => `, ${peer} ${others.get(peer)?.samples.at(-1)?.toFixed(1)}`).join("");
    progress(`${name} ${run}/${runs}: ours ${two.toFixed(1)}, plain ${one.toFixed(1)}${told} MP/s`);
  }

  const common = { case: name, place: "local" };
  const throughput = { ...common, metric: "throughput_mp_s", unit: "MP/s" };
  for (const [peer, { samples, note }] of others) {
    report({
      ...throughput,
      threads: 2,
      samples: own.threads,
      peer_name: peers[peer],
      peer_samples: samples,
      ...(note && { note }),
    });
  }
  report({ ...throughput, threads: 1, samples: own.plain, note: "throughput_mp_s with one thread: the plain build" });
  report({ ...common, metric: "threads2_over_threads1", unit: "×", threads: 2, samples: own.ratio });
}

/**
 * What is wrong with a peer's picture, in words; nothing when it is ours.
 * @param {import("./page/api.ts").Decoded} ours
 * @param {import("./page/api.ts").Decoded} theirs
 */
function difference(ours, theirs) {
  if (ours.width !== theirs.width || ours.height !== theirs.height) {
    return `differs in size: ${theirs.width} × ${theirs.height} for ${ours.width} × ${ours.height}`;
  }
  const sum = ours.points.reduce((sum, point, at) => sum + Math.abs(point - (theirs.points[at] ?? 0)), 0);
  const mean = sum / ours.points.length;
  return mean > DISAGREE ? `differs in its picture, by ${(mean * 100).toFixed(1)} % of white on average` : undefined;
}

/** @param {unknown} error */
function words(error) {
  return String(error instanceof Error ? error.message : error).split("\n")[0];
}
