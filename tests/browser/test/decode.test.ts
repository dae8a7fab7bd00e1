// Decoding in engines: in parallel, cancelled in the middle, over and over,
// and shown without holding up the page.

import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launch, open, type Served, serve } from "../harness.ts";

const samples = join(import.meta.dirname, "../../../assets/samples");
/** A lossy picture of a few megapixels: long enough to be cancelled in the middle. */
const PICTURE = join(samples, "dahlia.jxl");
/** Decodes to do in one page; more for a soak. */
const ROUNDS = Number(process.env.LOCUS_SOAK ?? 20);

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe.each([
  { build: "threads", isolation: true },
  { build: "plain", isolation: false },
])("$build build", ({ isolation }) => {
  let server: Served;
  let page: Page;
  beforeAll(async () => {
    server = await serve({ isolation });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    page = await open(browser, server.origin);
    await page.setInputFiles("#files", PICTURE);
  });
  afterEach(() => page.context().close());

  test("a decode takes all threads that there are, and tells how far it is", async () => {
    const result = await page.evaluate(async () => {
      const progress: { phase?: string | undefined; elapsed_ms: number; expected_ms?: number | undefined }[] = [];
      const call = window.locus.call("image.decode", {}, [window.chosen()], {
        prefer: "local",
        onProgress: (p) => void progress.push(p),
      });
      const { ran, result } = await call;
      return { ran, raster: result.raster, progress, threads: window.locus.state.current.threads };
    });
    expect(result.ran).toMatchObject({ place: "local", moved_bytes: 0, threads: result.threads });
    expect(result.ran.total_ms).toBeGreaterThanOrEqual(result.ran.computed_ms);
    expect(result.raster).toMatchObject({ width: 2000, height: 1500 });
    expect(result.progress[0]).toMatchObject({ expected_ms: expect.any(Number) });
  });

  test("a decode is cancelled in the middle, and the next answers", async () => {
    const result = await page.evaluate(async () => {
      const file = window.chosen();
      await window.locus.call("image.decode", {}, [file], { prefer: "local" });
      const stop = new AbortController();
      let begun = false;
      const options = { prefer: "local", signal: stop.signal, onProgress: () => (begun = true) } as const;
      // Another blob: what was made of the first is still there.
      const call = window.settled(window.locus.call("image.decode", {}, [file.slice()], options));
      await window.until(() => begun);
      await window.sleep(20);
      stop.abort();
      const cancelled = await call;
      const parameters = { region: { x: 0, y: 0, width: 256, height: 256 } };
      const next = await window.settled(window.locus.call("image.decode", parameters, [file], { prefer: "local" }));
      return { code: cancelled.code, next: next.value?.result.raster, ms: next.ms };
    });
    expect(result).toMatchObject({ code: "AbortError", next: { width: 256, height: 256 } });
    expect(result.ms).toBeLessThan(50_000);
  });

  test(`${ROUNDS} decodes, some cancelled, are all the same`, { timeout: 60_000 + 10_000 * ROUNDS }, async () => {
    const result = await page.evaluate(async (rounds) => {
      const file = window.chosen();
      // Another blob each time, so that nothing is left of the one before.
      const decode = (signal?: AbortSignal) =>
        window.settled(window.locus.call("image.decode", {}, [file.slice()], { prefer: "local", signal }));
      const first = await window.digest((await decode()).value?.payloads[0]);
      const engines = new Set<number>();
      for (let round = 0; round < rounds; round++) {
        const stop = new AbortController();
        const cancelled = round % 2 ? decode(stop.signal) : undefined;
        // At another moment each time: while it starts, reads, decodes, converts.
        if (cancelled) await window.sleep((round * 37) % 400);
        stop.abort();
        await cancelled;
        const ended = await decode();
        for (const { id } of window.locus.state.current.engines) engines.add(id);
        const digest = await window.digest(ended.value?.payloads[0]);
        if (digest !== first) return { round, code: ended.code, message: ended.message };
      }
      return { rounds, engines: engines.size };
    }, ROUNDS);
    expect(result).toMatchObject({ rounds: ROUNDS, engines: expect.any(Number) });
    // Some were ended, and others made.
    expect(result.engines).toBeGreaterThan(2);
  });

  test("a picture becomes a bitmap without a long task", async () => {
    const result = await page.evaluate(async () => {
      const long: number[] = [];
      new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({
        type: "longtask",
      });
      const parameters = { size: { width: 6000, height: 4000 } };
      const { result, payloads } = await window.locus.call("image.decode", parameters, [window.chosen()], {
        prefer: "local",
      });
      const [pixels] = payloads;
      if (!pixels) throw new Error("a decode has a payload");
      const corner = [...pixels.subarray(0, 4)];
      const bitmap = await window.locus.bitmap(result.raster, pixels);
      const canvas = document.createElement("canvas");
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      canvas.getContext("bitmaprenderer")?.transferFromImageBitmap(bitmap);
      document.body.append(canvas);
      await window.sleep(200);
      return { size: [canvas.width, canvas.height], long, taken: pixels.length, corner };
    });
    expect(result).toMatchObject({ size: [6000, 4000], long: [], taken: 0 });
  });
});

test("pixels that are not the picture's are refused", async () => {
  const server = await serve();
  const page = await open(browser, server.origin);
  const ended = await page.evaluate(() =>
    window.settled(window.locus.bitmap({ width: 3, height: 3 }, new Uint8Array(35))),
  );
  expect(ended).toMatchObject({ code: "invalid_input", message: expect.stringContaining("35 bytes") });
  await page.context().close();
  await server.stop();
});
