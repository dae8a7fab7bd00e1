// The parts of a call's time on the server.

import { expect, test } from "vitest";
import { measured, type Seen, timingOf } from "../src/transports/timing.ts";

test("the header is read", () => {
  expect(timingOf("queue;dur=0.41, run;dur=34.1")).toEqual({ queue: 0.41, run: 34.1 });
  expect(timingOf("run;dur=3,queue;dur=7")).toEqual({ queue: 7, run: 3 });
  expect(timingOf("queue;dur=2")).toEqual({ queue: 2, run: undefined });
  for (const header of [null, "", "prequeue;dur=1", "queue;desc=x", "queue;dur=x"])
    expect(timingOf(header)).toEqual({ queue: undefined, run: undefined });
});

/** A small call: sent at 1000, answered after 60 ms, the reply's last byte after 100. */
const seen: Seen = { asked: 500, sent: 1000, answered: 1060, replied: 1061, ended: 1100, received: 300_000 };

const total = ({ queued_ms, moving_ms, computed_ms }: ReturnType<typeof measured>) =>
  queued_ms + moving_ms + computed_ms;

test("what the server did not do, the network did", () => {
  const times = measured(seen, { queue: 5, run: 35 }, undefined);
  expect(times).toEqual({
    queued_ms: 5,
    moving_ms: 20 + 39,
    computed_ms: 35 + 1,
    round_ms: 20,
    sent: undefined,
    received: { bytes: 300_000, ms: 40 },
  });
  expect(total(times)).toBe(100);
});

test("a large call tells how fast bytes go up, and no round trip", () => {
  const times = measured({ ...seen, asked: 1_000_000 }, { queue: 5, run: 35 }, 8);
  expect(times.sent).toEqual({ bytes: 1_000_000, ms: 12 });
  expect(times.round_ms).toBeUndefined();
  expect(total(times)).toBe(100);
});

test("a call that answers with progress was computed before that, too", () => {
  const progress = { ...seen, replied: 1090 };
  const times = measured(progress, { queue: 5 }, 8);
  expect(times).toMatchObject({ queued_ms: 5, moving_ms: 8 + 10, computed_ms: 47 + 30 });
  expect(times.round_ms).toBeUndefined();
  expect(times.received).toEqual({ bytes: 300_000, ms: 10 });
  expect(total(times)).toBe(100);
  // While no round trip is known, the network is given all of the silence.
  expect(measured(progress, { queue: 5 }, undefined)).toMatchObject({ moving_ms: 55 + 10, computed_ms: 30 });
});

test("a server that tells nothing, or nonsense, makes no time negative", () => {
  for (const timing of [{}, { queue: 1e6 }, { queue: 0, run: 1e6 }]) {
    const times = measured(seen, timing, undefined);
    for (const part of [times.queued_ms, times.moving_ms, times.computed_ms]) expect(part).toBeGreaterThanOrEqual(0);
    expect(total(times)).toBe(100);
  }
});

test("what is small tells no bandwidth", () => {
  expect(measured({ ...seen, received: 1000 }, { queue: 0, run: 1 }, undefined).received).toBeUndefined();
});
