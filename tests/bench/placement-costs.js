// placement-costs: what calls take in a page and on the server, cold and with their picture still open. The table of
// these figures is committed, and `placement` is judged by it.
//
//     node tests/bench/placement-costs.js RUNS URL TABLE      TABLE is written

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch, progress, report } from "./chromium.js";
import { kinds } from "./placement/kinds.js";

const [runs = "7", url = "", table = ""] = process.argv.slice(2);
const samples = join(import.meta.dirname, "../../assets/samples");

/** @type {Record<string, object>} */
const costs = {};
const browser = await launch();
try {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => document.title === "ready");
  const names = [...new Set(Object.values(kinds).flatMap(({ file }) => file ?? []))];
  await page.setInputFiles(
    "input",
    names.map((name) => join(samples, name)),
  );
  await page.evaluate(() => window.ready());
  for (const [kind, call] of Object.entries(kinds)) {
    progress(kind);
    const estimate = await page.evaluate((each) => window.estimate(each), call);
    /** @type {Record<string, any>} */
    const cost = { operation: call.operation };
    for (const place of /** @type {const} */ (["local", "server"])) {
      for (const warm of call.file ? [false, true] : [false]) {
        /** @type {number[]} */
        const taken = [];
        // One more at first, which is not counted: engines and runners compile and load.
        for (let run = 0; run <= Number(runs); run++) {
          const asked = warm ? [call, call] : [call];
          const all = await page.evaluate(
            ([calls, where]) => window.run(calls, where),
            /** @type {const} */ ([asked, place]),
          );
          const last = all.at(-1);
          if (last?.place !== place) throw new Error(`${kind} ran elsewhere: ${last?.reason}`);
          if (run > 0) taken.push(last.computed_ms);
          cost.input_bytes = call.file ? last.input_bytes : 0;
          cost.reply_bytes = last.reply_bytes;
        }
        const name = `${warm ? "warm_" : ""}${place}_ms`;
        cost[name] = Number(median(taken).toPrecision(4));
        report({ case: kind, metric: name, unit: "ms", place, samples: taken });
      }
    }
    costs[kind] = { ...cost, estimate };
  }
} finally {
  await browser.close();
}
if (table) {
  writeFileSync(table, `${JSON.stringify(costs, null, 2)}\n`);
  progress(`wrote ${table}`);
}

/** @param {number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
