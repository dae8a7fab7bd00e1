// encode: a picture of six megapixels written as a file in a page, against the browser's own canvas.toBlob.
//
//     node tests/bench/encode.js RUNS URL PICTURE

import { launch, progress, report } from "./chromium.js";

const [runs = "7", url = "", picture = ""] = process.argv.slice(2);
const FORMATS = /** @type {const} */ (["png", "jpeg", "webp", "qoi", "jxl"]);
const [WIDTH, HEIGHT] = [3000, 2000];
const MEGAPIXELS = (WIDTH * HEIGHT) / 1e6;

const browser = await launch();
try {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => document.title === "ready");
  await page.setInputFiles("input", picture);
  await page.evaluate(([width, height]) => window.prepare(width, height), /** @type {const} */ ([WIDTH, HEIGHT]));
  for (const format of FORMATS) {
    /** @type {number[]} */
    const samples = [];
    /** @type {number[]} */
    const peer = [];
    let note = "";
    // The first is not counted: it starts engines.
    for (let run = 0; run <= Number(runs); run++) {
      const ours = await page.evaluate((format) => window.ours(format), format);
      const theirs = await page.evaluate((format) => window.theirs(format), format);
      note = theirs
        ? `${format} in a page: ${ours.bytes} bytes, canvas.toBlob ${theirs.bytes}`
        : `${format} in a page: ${ours.bytes} bytes; canvas.toBlob does not write it`;
      progress(
        `${format} ${run || "warm-up"}/${runs}: ${ours.milliseconds.toFixed(0)} ms, canvas ${theirs?.milliseconds.toFixed(0) ?? "–"} ms`,
      );
      if (run === 0) continue;
      samples.push((1000 * MEGAPIXELS) / ours.milliseconds);
      if (theirs) peer.push((1000 * MEGAPIXELS) / theirs.milliseconds);
    }
    report({
      case: format,
      metric: "throughput_mp_s",
      unit: "MP/s",
      place: "local",
      threads: 1,
      samples,
      peer_name: "canvas-toBlob",
      peer_samples: peer,
      note,
    });
  }
} finally {
  await browser.close();
}
