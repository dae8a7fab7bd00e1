// Engines in a real browser: they are cancelled, time out, trap, run out of
// memory and are made anew, and the page's next call knows nothing of it.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launch, open, type Served, serve } from "../harness.ts";

/** Engines to end and make again; more for a soak. */
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
  });
  afterEach(() => page.context().close());

  test("state tells the build, and why there are no threads", async () => {
    const state = await page.evaluate(async () => {
      await window.locus.call("echo", {}, [], { prefer: "local" });
      return window.locus.state.current;
    });
    expect(state).toMatchObject({ isolated: isolation, codec: "ready" });
    if (isolation) expect(state.threads).toBeGreaterThan(1);
    else
      expect(state).toMatchObject({
        threads: 1,
        isolation_reason: expect.stringContaining("Cross-Origin-Opener-Policy"),
      });
  });

  test("a call that heeds the stop flag is cancelled", async () => {
    const result = await page.evaluate(async () => {
      const busy = () =>
        window.locus.state.current.engines.find((engine) => engine.busy && engine.operation === "spin");
      const stop = new AbortController();
      const progress: [string | undefined, number][] = [];
      const options = {
        prefer: "local",
        signal: stop.signal,
        onProgress: (p: { phase?: string | undefined; fraction: number }) => void progress.push([p.phase, p.fraction]),
      } as const;
      const call = window.settled(window.locus.call("spin", {}, [], options));
      await window.until(() => progress.length > 3);
      const engine = busy()?.id;
      const cancelled = performance.now();
      stop.abort();
      const ended = await call;
      await window.until(() => !busy());
      const free = performance.now() - cancelled;
      const kept = window.locus.state.current.engines.some(({ id }) => id === engine);
      const next = await window.settled(window.locus.call("echo", {}, [], { prefer: "local" }));
      return { code: ended.code, free, kept, next: next.value?.result, progress };
    });
    expect(result).toMatchObject({ code: "AbortError", next: { bytes: 0 } });
    expect(result.free).toBeLessThan(5_000);
    // Without shared memory there is no flag to heed, and the engine is ended.
    expect(result.kept).toBe(isolation);
    expect(result.progress[0]).toEqual([undefined, 0]);
    const fractions = result.progress.slice(1).map(([phase, fraction]) => {
      expect(phase).toBe("spin");
      return fraction;
    });
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  });

  test("a call that heeds nothing is cancelled with its engine", async () => {
    const result = await page.evaluate(async () => {
      const busy = () => window.locus.state.current.engines.find((engine) => engine.operation === "hang");
      const stop = new AbortController();
      const call = window.settled(window.locus.call("hang", {}, [], { prefer: "local", signal: stop.signal }));
      await window.until(() => busy() !== undefined);
      const engine = busy()?.id;
      await window.sleep(50);
      const cancelled = performance.now();
      stop.abort();
      const ended = await call;
      const rejected = performance.now() - cancelled;
      const next = await window.settled(window.locus.call("echo", {}, [], { prefer: "local" }));
      await window.until(() => !busy());
      const kept = window.locus.state.current.engines.some(({ id }) => id === engine);
      return { code: ended.code, rejected, kept, next: next.value?.result };
    });
    expect(result).toMatchObject({ code: "AbortError", kept: false, next: { bytes: 0 } });
    expect(result.rejected).toBeLessThan(5_000);
  });

  test("a deadline ends a call that heeds nothing", async () => {
    const result = await page.evaluate(async () => {
      await window.locus.call("echo", {}, [], { prefer: "local" });
      const ended = await window.settled(window.locus.call("hang", {}, [], { prefer: "local", deadlineMs: 300 }));
      const next = await window.settled(window.locus.call("echo", {}, [], { prefer: "local" }));
      return { code: ended.code, ms: ended.ms, next: next.value?.result };
    });
    expect(result).toMatchObject({ code: "deadline_exceeded", next: { bytes: 0 } });
    expect(result.ms).toBeGreaterThan(280);
    expect(result.ms).toBeLessThan(10_000);
  });

  test.each([
    { what: "a panic", operation: "panic", parameters: {}, words: "asked to panic" },
    {
      what: "a panic in the pool",
      operation: "panic",
      parameters: { in_pool: true },
      words: isolation ? "asked to panic in the pool" : "asked to panic",
    },
    { what: "recursion without end", operation: "recurse", parameters: {}, words: "trapped" },
  ] as const)("$what costs the engine and not the page", async ({ operation, parameters, words }) => {
    const result = await page.evaluate(
      async ({ operation, parameters }) => {
        const ended = await window.settled(window.locus.call(operation, parameters, [], { prefer: "local" }));
        const next = await window.settled(window.locus.call("echo", {}, [], { prefer: "local" }));
        return { code: ended.code, message: ended.message, ms: ended.ms, next: next.value?.result };
      },
      { operation, parameters },
    );
    expect(result).toMatchObject({ code: "trapped", message: expect.stringContaining(words), next: { bytes: 0 } });
    expect(result.ms).toBeLessThan(30_000);
  });

  test("the queue goes by priority", async () => {
    const order = await page.evaluate(async () => {
      const locus = window.createLocus({ threads: 1 });
      await locus.call("echo", {}, [], { prefer: "local" });
      const stop = new AbortController();
      const spin = window.settled(locus.call("spin", {}, [], { prefer: "local", signal: stop.signal }));
      await window.until(() => locus.state.current.engines.some((engine) => engine.operation === "spin"));
      const order: string[] = [];
      const calls = (["background", "normal", "interactive", "normal", 1.5] as const).map((priority, index) =>
        locus.call("echo", {}, [], { prefer: "local", priority }).then(() => order.push(`${priority} ${index}`)),
      );
      await window.sleep(300);
      stop.abort();
      await Promise.all([spin, ...calls]);
      locus.close();
      return order;
    });
    expect(order).toEqual(["interactive 2", "1.5 4", "normal 1", "normal 3", "background 0"]);
  });

  test("calls that wait behind an engine that is ended move", async () => {
    const result = await page.evaluate(async () => {
      const locus = window.createLocus({ threads: 1 });
      const stop = new AbortController();
      const hang = window.settled(locus.call("hang", {}, [], { prefer: "local", signal: stop.signal }));
      await window.until(() => locus.state.current.engines.some((engine) => engine.operation === "hang"));
      const waiting = [1, 2, 3].map((length) =>
        window.settled(locus.call("echo", {}, [new Uint8Array(length)], { prefer: "local" })),
      );
      await window.sleep(200);
      const before = locus.state.current.engines.some((engine) => engine.operation === "hang");
      stop.abort();
      const ended = await Promise.all([hang, ...waiting]);
      locus.close();
      return { before, codes: ended.map(({ code }) => code), bytes: ended.slice(1).map(({ value }) => value?.result) };
    });
    expect(result.before).toBe(true);
    expect(result.codes).toEqual(["AbortError", undefined, undefined, undefined]);
    expect(result.bytes).toEqual([{ bytes: 1 }, { bytes: 2 }, { bytes: 3 }]);
  });

  test("an engine past its high-water mark is replaced when idle", async () => {
    const result = await page.evaluate(async () => {
      const locus = window.createLocus({ threads: 1, highWaterBytes: 100 << 20 });
      const engines = () => locus.state.current.engines.map(({ id }) => id);
      await locus.call("allocate", { bytes: 10 << 20 }, [], { prefer: "local" });
      const first = engines();
      await locus.call("allocate", { bytes: 200 << 20 }, [], { prefer: "local" });
      await window.until(() => engines().every((id) => !first.includes(id)));
      const next = await window.settled(locus.call("echo", {}, [], { prefer: "local" }));
      locus.close();
      return { next: next.value?.result };
    });
    expect(result.next).toEqual({ bytes: 0 });
  });

  test("more memory than there is is an error, and the page goes on", async () => {
    const result = await page.evaluate(async () => {
      const ended = await window.settled(
        window.locus.call("allocate", { bytes: 8 * 2 ** 30 }, [], { prefer: "local" }),
      );
      const next = await window.settled(window.locus.call("echo", {}, [], { prefer: "local" }));
      return { code: ended.code, next: next.value?.result };
    });
    expect(["out_of_memory", "limit_exceeded"]).toContain(result.code);
    expect(result.next).toEqual({ bytes: 0 });
  });

  test(`engines are ended and made again ${ROUNDS} times`, { timeout: 60_000 + 2_000 * ROUNDS }, async () => {
    const result = await page.evaluate(async (rounds) => {
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const stop = new AbortController();
        const hang = window.settled(window.locus.call("hang", {}, [], { prefer: "local", signal: stop.signal }));
        await window.until(() => window.locus.state.current.engines.some((engine) => engine.operation === "hang"));
        stop.abort();
        const began = performance.now();
        const pool =
          round % 4 === 0
            ? window.settled(window.locus.call("panic", { in_pool: true }, [], { prefer: "local" }))
            : undefined;
        const next = await window.settled(window.locus.call("echo", {}, [new Uint8Array(round)], { prefer: "local" }));
        times.push(performance.now() - began);
        if ((await hang).code !== "AbortError" || next.value?.result.bytes !== round) return { failed: round, next };
        const trapped = await pool;
        if (trapped && trapped.code !== "trapped") return { failed: round, trapped };
      }
      return { times, engines: window.locus.state.current.engines.length, threads: window.locus.state.current.threads };
    }, ROUNDS);
    expect(result).toMatchObject({ times: expect.any(Array) });
    expect(result.times).toHaveLength(ROUNDS);
    const median = result.times?.toSorted((a, b) => a - b)[ROUNDS >> 1];
    console.log(`ended and made again ${ROUNDS} times: the next call answered after ${median?.toFixed(0)} ms (median)`);
  });

  test("closing fails what runs and what waits", async () => {
    const codes = await page.evaluate(async () => {
      const locus = window.createLocus({ threads: 1 });
      const calls = [1, 2, 3].map(() => window.settled(locus.call("spin", {}, [], { prefer: "local" })));
      await window.until(() => locus.state.current.engines.some((engine) => engine.operation === "spin"));
      locus.close();
      return [...(await Promise.all(calls)), await window.settled(locus.call("echo", {}, [], { prefer: "local" }))].map(
        ({ code }) => code,
      );
    });
    expect(codes).toEqual(["unavailable", "unavailable", "unavailable", "unavailable"]);
  });

  test("a file that can't be read is an error that says so", async () => {
    const result = await page.evaluate(async () => {
      // A file that changes after it was chosen can't be read any more.
      const folder = await navigator.storage.getDirectory();
      const handle = await folder.getFileHandle("changed", { create: true });
      const write = async (bytes: number) => {
        const file = await handle.createWritable();
        await file.write(new Uint8Array(bytes));
        await file.close();
      };
      await write(100);
      const file = await handle.getFile();
      await write(50);
      const ended = await window.settled(window.locus.call("echo", {}, [file], { prefer: "local" }));
      const next = await window.settled(window.locus.call("echo", {}, [await handle.getFile()], { prefer: "local" }));
      return { code: ended.code, message: ended.message, next: next.value?.result };
    });
    expect(result).toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining("could not be read"),
      next: { bytes: 50 },
    });
  });
});
