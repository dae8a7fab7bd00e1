// Which tiles are on their way: few at once, the best first, nothing that nobody wants.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Scheduler, type Wish } from "../../src/explorer/scheduler.ts";
import type { Recipe } from "../../src/explorer/tiles.ts";

interface Started {
  key: string;
  signal: AbortSignal;
  begun(): void;
  finish(): void;
  fail(error: Error): void;
}

const plain: Recipe = { julia: undefined, extra: [] };

function wish(x: number, limit = 512, recipe = plain): Wish {
  return { key: `9/${x}/0`, level: 9, x: BigInt(x), y: 0n, limit, recipe };
}

function bench(most = 2) {
  const started: Started[] = [];
  const done: string[] = [];
  const failed: [string, boolean][] = [];
  const scheduler = new Scheduler<string>({
    most: () => most,
    run: ({ key }, signal, begun) =>
      new Promise((resolve, reject) => {
        started.push({ key, signal, begun, finish: () => resolve(key), fail: reject });
        signal.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
      }),
    done: ({ key }) => done.push(key),
    failed: ({ key }, _error, final) => failed.push([key, final]),
  });
  const keys = () => started.map(({ key }) => key);
  return { scheduler, started, done, failed, keys };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("as many as there is room for, and then the best of what is wanted by then", async () => {
  const { scheduler, started, done, keys } = bench();
  scheduler.want([wish(1), wish(2), wish(3), wish(4)]);
  expect(keys()).toEqual(["9/1/0", "9/2/0"]);
  for (const each of started) each.begun();
  scheduler.want([wish(9), wish(1), wish(2)]);
  expect(keys().length).toBe(2);
  started[0]?.finish();
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toEqual(["9/1/0"]);
  expect(keys()).toEqual(["9/1/0", "9/2/0", "9/9/0"]);
});

test("what is not wanted any more is let go at once while it waits, and finishes if it is soon over", async () => {
  const { scheduler, started, done } = bench();
  scheduler.want([wish(1), wish(2)]);
  started[1]?.begun();
  scheduler.want([]);
  expect(started[0]?.signal.aborted).toBe(true);
  expect(started[1]?.signal.aborted).toBe(false);
  started[1]?.finish();
  await vi.advanceTimersByTimeAsync(1);
  expect(done).toEqual(["9/2/0"]);
});

test("what is not wanted any more and takes long is stopped", async () => {
  const { scheduler, started, failed } = bench();
  scheduler.want([wish(1)]);
  started[0]?.begun();
  scheduler.want([]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(started[0]?.signal.aborted).toBe(true);
  expect(failed).toEqual([]);
  expect(scheduler.idle).toBe(true);
});

test("a tile that fails is tried again, later and later, and then no more", async () => {
  const { scheduler, started, failed } = bench();
  scheduler.want([wish(1)]);
  for (let turn = 0; turn < 20; turn++) {
    started.at(-1)?.fail(new Error("no"));
    await vi.advanceTimersByTimeAsync(10_000);
  }
  expect(started.length).toBe(3);
  expect(failed.map(([, final]) => final)).toEqual([false, false, true]);
  scheduler.forgive();
  expect(started.length).toBe(4);
});

test("nothing starts while paused, and what ran is stopped", async () => {
  const { scheduler, started } = bench();
  scheduler.want([wish(1), wish(2), wish(3)]);
  scheduler.paused = true;
  expect(started.every(({ signal }) => signal.aborted)).toBe(true);
  await vi.advanceTimersByTimeAsync(5000);
  scheduler.want([wish(4)]);
  expect(started.length).toBe(2);
  scheduler.paused = false;
  expect(started.at(-1)?.key).toBe("9/4/0");
});
