// What was decoded stays with the engine or the runner that did it, and calls
// about the same file go there.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { launch, open, type Served, serve } from "../harness.ts";

/** Pictures of the corpus, and by how much samples of a part may differ from those of the whole. */
const PICTURES = { "photo.png": 0, "lossy.jxl": 1 };
/** Above this a file goes by its digest. */
const LARGE = 100_000;
const REGION = { x: 8, y: 4, width: 40, height: 30 };

let folder: string;
let browser: Browser;
let server: Served;
let page: Page;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "locus-warm-"));
  for (const name of Object.keys(PICTURES)) {
    const picture = readFileSync(resolve(import.meta.dirname, "../../../codec-core/tests/corpus", name));
    // Behind the picture are bytes that nobody reads.
    writeFileSync(join(folder, name), Buffer.concat([picture, Buffer.alloc(LARGE)]));
  }
  browser = await launch();
  server = await serve({
    args: ["--runners", "2", "--data", join(folder, "data"), "--log", "debug", "--log-format", "json"],
  });
});
afterAll(async () => {
  await server.stop();
  await browser.close();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  page = await open(browser, server.origin);
  await page.setInputFiles(
    "#files",
    Object.keys(PICTURES).map((name) => join(folder, name)),
  );
});
afterEach(() => page.context().close());

/** A call about one of the files: the pixels, and the engine that was busy with it. */
function decode(file: number, parameters: object, place: "local" | "server", fresh = false) {
  return page.evaluate(
    async ([file, parameters, place, fresh]) => {
      const chosen = document.querySelector<HTMLInputElement>("#files")?.files?.[file];
      if (!chosen) throw new Error("no file was chosen");
      const input = fresh ? new File([chosen], chosen.name) : chosen;
      let engine: number | undefined;
      const look = () => {
        engine ??= window.locus.state.current.engines.find(({ operation }) => operation === "image.decode")?.id;
      };
      const stop = window.locus.state.subscribe(look);
      const { payloads, ran } = await window.locus.call("image.decode", parameters, [input], { prefer: place });
      stop();
      if (ran.place !== place) throw new Error(ran.reason);
      return { engine, pixels: Array.from(payloads[0] ?? []) };
    },
    [file, parameters, place, fresh] as const,
  );
}

function apart(one: number[], other: number[]): number {
  expect(one).toHaveLength(other.length);
  return one.reduce((most, sample, at) => Math.max(most, Math.abs(sample - (other[at] ?? 0))), 0);
}

test("parts of a file are cut by the engine that has decoded it", async () => {
  // Two engines, so that there is a choice.
  await page.evaluate(async () => {
    const busy = () => window.locus.state.current.engines.filter(({ operation }) => operation === "spin");
    const stop = new AbortController();
    const options = { prefer: "local", signal: stop.signal } as const;
    const spins = [1, 2].map(() => window.settled(window.locus.call("spin", {}, [], options)));
    await window.until(() => busy().length === Math.min(2, window.locus.state.current.threads));
    stop.abort();
    await Promise.all(spins);
    await window.until(() => busy().length === 0);
  });
  const cold = await Promise.all([0, 1].map((file) => decode(file, { region: REGION }, "local", true)));
  const holders = [];
  for (const file of [0, 1]) holders.push((await decode(file, {}, "local")).engine);
  for (const [file, most] of Object.values(PICTURES).entries()) {
    for (let again = 0; again < 2; again++) {
      const { engine, pixels } = await decode(file, { region: REGION }, "local");
      expect(engine).toBe(holders[file]);
      expect(apart(pixels, cold[file]?.pixels ?? [])).toBeLessThanOrEqual(most);
    }
  }
});

test("parts of a file are cut by the runner that has decoded it", async () => {
  /** Which runners got calls about blobs so far, and whether they were thought to hold them. */
  const runners = (): { pid: number; held: boolean }[] =>
    server
      .log()
      .split("\n")
      .filter((line) => line.includes("a call goes to a runner"))
      .map((line) => JSON.parse(line))
      .map(({ fields, ...line }) => fields ?? line)
      .map(({ pid, held }) => ({ pid, held }));
  const cold = [];
  for (const file of [0, 1]) cold.push(await decode(file, { region: REGION }, "local", true));
  for (const file of [0, 1]) await decode(file, {}, "server");
  await expect.poll(() => runners().length).toBe(2);
  const holders = runners();
  expect(holders.map(({ held }) => held)).toEqual([false, false]);
  expect(holders[0]?.pid).not.toBe(holders[1]?.pid);
  for (const [file, most] of Object.values(PICTURES).entries()) {
    const { pixels } = await decode(file, { region: REGION }, "server");
    expect(apart(pixels, cold[file]?.pixels ?? [])).toBeLessThanOrEqual(most);
    await expect.poll(() => runners()[2 + file]).toEqual({ pid: holders[file]?.pid, held: true });
  }
});
