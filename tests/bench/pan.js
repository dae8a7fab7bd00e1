// pan: a new screen at 1:1 of a picture that has been looked at before, in this browser and on the server, against the same
// screen of one whose bytes are there and of which nothing has been decoded. Engines and runners have decoded before.
//
//     node tests/bench/pan.js RUNS ADDRESS PICTURE

import { launch, progress, report } from "./chromium.js";

const [runs = "7", address = "", picture = ""] = process.argv.slice(2);
const PLACES = /** @type {const} */ (["local", "server"]);
const SCREEN = { width: 1440, height: 900 };
/** Means of two decodes of a screen, one cut from the whole, may differ so much: they agree within 1 a sample. */
const ALIKE = 1;

const browser = await launch();
try {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`http://${address}/`);
  await page.waitForFunction(() => document.title === "ready");
  await page.setInputFiles("input", picture);
  for (const place of PLACES) {
    /** @type {{ warm: number[], cold: number[] }} */
    const samples = { warm: [], cold: [] };
    let threads = 1;
    // The first is not counted: it starts engines.
    for (let run = 0; run <= Number(runs); run++) {
      // Another place of the picture each time.
      const screen = { x: 400 + 500 * run, y: 300 + 320 * run, ...SCREEN };
      await page.evaluate((place) => window.fresh(place), place);
      const cold = await page.evaluate(
        ([screen, place]) => window.show(screen, place),
        /** @type {const} */ ([screen, place]),
      );
      await page.evaluate((place) => window.fresh(place), place);
      await page.evaluate((place) => window.overview(place), place);
      const warm = await page.evaluate(
        ([screen, place]) => window.show(screen, place),
        /** @type {const} */ ([screen, place]),
      );
      if (Math.abs(warm.mean - cold.mean) > ALIKE) throw new Error(`${place}: the screens differ`);
      threads = cold.threads;
      progress(
        `${place} ${run || "warm-up"}/${runs}: ${warm.milliseconds.toFixed(1)} ms, cold ${cold.milliseconds.toFixed(1)} ms`,
      );
      if (run === 0) continue;
      samples.warm.push(warm.milliseconds);
      samples.cold.push(cold.milliseconds);
    }
    report({
      case: place,
      metric: "first_tile_ms",
      unit: "ms",
      place,
      threads,
      samples: samples.warm,
      peer_name: "cold",
      peer_samples: samples.cold,
      note: `${SCREEN.width} × ${SCREEN.height} at 1:1 of ${picture.split("/").at(-1)}`,
    });
  }
} finally {
  await browser.close();
}
