// Flying fast: most tiles that are begun are not wanted any more when they would be done. Afterwards both places answer
// at once, and nothing of them is left in memory.

import { readdirSync, readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, type Served, serve } from "../../harness.ts";
import { ExplorerPage, pages } from "./explorer.ts";

/** Points of the screen at which the set's boundary lies when all of it is seen. */
const boundary = [
  [1021, 450],
  [720, 421],
  [894, 147],
  [420, 450],
  [573, 430],
] as const;
/** Flights until every cache is full. */
const first = 2;
/** By how many MiB memory may differ from flight to flight: some tiles' worth, and what the collector leaves. */
const swing = 60;

let browser: Browser;
let served: Served;

beforeAll(async () => {
  [browser, served] = await Promise.all([launch(), serve({ pages })]);
});

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

test.each(["local", "server"] as const)(
  "after fast flights with many dropped tiles both places answer at once, and memory is flat: %s",
  async (place) => {
    const explorer = await ExplorerPage.open(browser, served.origin, undefined, place);
    await explorer.settles();
    let before: Memory | undefined;
    for (const [flight, [x, y]] of boundary.entries()) {
      if (flight === first) before = await memory(explorer);
      await explorer.page.mouse.move(x, y);
      for (let turn = 0; turn < 48; turn++) {
        await explorer.page.mouse.wheel(0, turn < 30 ? -260 : 260);
        await explorer.page.waitForTimeout(25);
      }
      await explorer.press("0");
      await explorer.settles();
      await explorer.says(place === "local" ? /this browser/ : /server/);
    }
    if (place === "server") expect(explorer.sent).toBeGreaterThan(300);
    const after = await memory(explorer);
    expect(after.page - (before?.page ?? 0)).toBeLessThan(swing);
    expect(after.server - (before?.server ?? 0)).toBeLessThan(swing);

    // Neither place is left with work that nobody wants: a part of the plane that is new is there as soon as from rest.
    for (const [next, way] of [
      ["server", "ArrowLeft"],
      ["local", "ArrowRight"],
    ] as const) {
      await explorer.prefer(next);
      await explorer.press("0", "+", "+", "+", ...Array<string>(8).fill(way));
      await explorer.settles();
      await explorer.says(next === "local" ? /this browser/ : /server/);
    }
    expect(explorer.complaints).toEqual([]);
    await explorer.close();
  },
  240_000,
);

/** In MiB, each process with its share of what it shares. */
interface Memory {
  page: number;
  server: number;
}

async function memory(explorer: ExplorerPage): Promise<Memory> {
  const session = await explorer.page.context().newCDPSession(explorer.page);
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
  const root = await browser.newBrowserCDPSession();
  const { processInfo } = await root.send("SystemInfo.getProcessInfo");
  await root.detach();
  const renderers = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => share(id));
  const server = served.process.pid ?? 0;
  const children = readdirSync(`/proc/${server}/task`).flatMap((task) =>
    readFileSync(`/proc/${server}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return { page: sum(renderers), server: sum([server, ...children].map(share)) };
}

function share(pid: number): number {
  try {
    return Number(/^Pss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    // It has ended meanwhile.
    return 0;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
