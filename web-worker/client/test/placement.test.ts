import { describe, expect, test } from "vitest";
import type { Estimate } from "../src/generated/index.ts";
import type { Prediction, Work } from "../src/placement/predict.ts";
import {
  bytes,
  duration,
  type Facts,
  fallOver,
  isBetterMoved,
  isIncapacity,
  late,
  memoryBudget,
  type Place,
  type Preference,
  place,
} from "../src/placement.ts";

const GB = 1e9;
const small: Estimate = { units_cold: 1e6, units_warm: 1e6, peak_bytes: 0.1 * GB, reply_bytes: 1000, parallel: false };
const large: Estimate = { ...small, peak_bytes: 5.1 * GB };

function facts(server: Facts["server"]["state"], down?: string): Facts {
  return { local: { down, budget: 3 * GB }, server: { state: server } };
}

function check(estimate: Estimate | undefined, given: Facts, preference: Preference, where: Place, reason: string) {
  expect(place(estimate, given, preference)).toEqual({ place: where, reason });
}

describe("auto", () => {
  test("stays in this browser while nothing is known of the server", () =>
    check(small, facts("unknown"), "auto", "local", "this browser: the server was not heard of yet"));
  test("stays in this browser when there is no server", () =>
    check(small, facts("none"), "auto", "local", "this browser: there is no server"));
  test("stays in this browser when the call can't be estimated", () =>
    check(undefined, facts("up"), "auto", "local", "this browser: nothing has to be sent"));
  test("goes to the server when the call does not fit here", () =>
    check(large, facts("up"), "auto", "server", "server: needs 5.1 GB, more than this browser can give"));
  test("tries here when the server is away", () =>
    check(
      large,
      facts("down"),
      "auto",
      "local",
      "this browser: needs 5.1 GB, more than this browser can give, but the server can't be reached",
    ));
  test("goes to the server when this browser can't", () =>
    check(
      undefined,
      facts("unknown", "the codec could not be loaded"),
      "auto",
      "server",
      "server: the codec could not be loaded",
    ));
});

describe("predictions", () => {
  const work: Work = {
    operation: "image.decode",
    estimate: small,
    input_bytes: 2e6,
    missing_bytes: 0,
    uses: 0,
    warm: { local: false, server: false },
  };
  const of = (total_ms: number, parts: Partial<Prediction> = {}): Prediction => ({
    total_ms,
    moving_ms: 0,
    queued_ms: 0,
    computed_ms: total_ms,
    sure: true,
    next_ms: total_ms,
    ...parts,
  });
  const auto = (local: Prediction, server: Prediction, more: Partial<Work> = {}, last?: "local" | "server") =>
    place(small, { ...facts("up"), predicted: { local, server, work: { ...work, ...more }, last } }, "auto");

  test("choose the quicker place, and say why", () => {
    expect(auto(of(180), of(41))).toMatchObject({
      place: "server",
      reason: "server: 41 ms predicted against 180 ms here; the file is already there",
    });
    expect(auto(of(180), of(41), { warm: { local: false, server: true } }).reason).toMatch(/still open there$/);
    expect(auto(of(41), of(3180, { moving_ms: 3000 }), { missing_bytes: 2e6 })).toMatchObject({
      place: "local",
      reason: "this browser: 41 ms predicted against 3.2 s there; 2.0 MB would have to be sent",
    });
    expect(auto(of(41), of(300, { queued_ms: 250 })).reason).toMatch(/the server is busy$/);
    expect(auto(of(300, { queued_ms: 250 }), of(41), { missing_bytes: 10 }).reason).toMatch(/this browser is busy$/);
  });

  test("that are close keep the place of the last call", () => {
    expect(auto(of(100), of(95)).place).toBe("local");
    expect(auto(of(100), of(95), {}, "server").place).toBe("server");
    expect(auto(of(95), of(100), {}, "server")).toMatchObject({
      place: "server",
      reason: expect.stringMatching(/too close to move$/),
    });
    expect(auto(of(80), of(100), {}, "server").place).toBe("local");
  });

  test("charge a call a part of loading the codec", () => {
    const starting = (starting_ms: number) =>
      place(small, { ...facts("up"), predicted: { local: of(600), server: of(200), work, starting_ms } }, "auto");
    expect(starting(0).place).toBe("server");
    expect(starting(550)).toMatchObject({
      place: "local",
      reason: "this browser: 600 ms predicted against 200 ms there; the codec is loaded once for all calls",
    });
  });

  test("count what later calls on the same file save", () => {
    const once = auto(of(200, { next_ms: 2 }), of(100, { next_ms: 100 }));
    const often = auto(of(200, { next_ms: 2 }), of(100, { next_ms: 100 }), { uses: 3 });
    expect([once.place, often.place]).toEqual(["server", "local"]);
  });

  test("bound how long a call is waited for, a guess less than what was measured", () => {
    expect(auto(of(100), of(1000)).patience_ms).toBeGreaterThan(200);
    expect(auto(of(100, { sure: false }), of(1000)).patience_ms).toBeLessThan(200);
    // Engines take as long to stop.
    expect(auto(of(1), of(2)).patience_ms).toBeGreaterThanOrEqual(50);
  });

  test("move a late call only to where it is predicted to take less than it may take still", () => {
    const moved = (local: Prediction, server: Prediction, elapsed: number, more: Partial<Work> = {}) =>
      isBetterMoved("server", elapsed, { local, server, work: { ...work, ...more } });
    // What has taken ten times as long as it should may take as long again.
    expect(moved(of(40), of(10), 100)).toBe(true);
    expect(moved(of(400), of(10), 100)).toBe(false);
    // The line turned out to be slow: what is left is known.
    expect(moved(of(400), of(5000), 100)).toBe(true);
    // What is done here once pays later.
    expect(moved(of(400, { next_ms: 1 }), of(10, { next_ms: 500 }), 100, { uses: 4 })).toBe(true);
  });

  test("do not count where the place is set, or can't serve", () => {
    const predicted = { local: of(500), server: of(1), work };
    expect(place(small, { ...facts("up"), predicted }, "local").place).toBe("local");
    expect(place(small, { ...facts("down"), predicted }, "auto").place).toBe("local");
    expect(
      place(large, { ...facts("up"), predicted: { ...predicted, local: of(1), server: of(500) } }, "auto").place,
    ).toBe("server");
  });
});

test("a call that is late goes to the other place", () => {
  const predicted = {
    local: { total_ms: 40, moving_ms: 0, queued_ms: 0, computed_ms: 40, sure: true, next_ms: 40 },
    server: { total_ms: 12, moving_ms: 8, queued_ms: 0, computed_ms: 4, sure: true, next_ms: 12 },
    work: {
      operation: "echo",
      estimate: small,
      input_bytes: 0,
      missing_bytes: 0,
      uses: 0,
      warm: { local: false, server: false },
    },
  };
  expect(late("server", predicted, 100)).toEqual({
    place: "local",
    reason: "this browser: the server took longer than the 12 ms predicted",
    patience_ms: 100,
  });
  expect(late("local", predicted, undefined).place).toBe("server");
});

describe("a preference", () => {
  test("for the server is kept", () => check(small, facts("unknown"), "server", "server", "server: as you chose"));
  test("for a server that is away leads here", () =>
    check(small, facts("down"), "server", "local", "this browser: the server can't be reached"));
  test("for a server that warms up leads here", () =>
    check(small, facts("warming"), "server", "local", "this browser: the server is still preparing itself"));
  test("for this browser is kept whatever it takes", () =>
    check(large, facts("up", "broken"), "local", "local", "this browser: as you chose"));
});

test("incapacity moves a call, its own error does not", () => {
  for (const code of ["unavailable", "queue_full", "warming", "out_of_memory"])
    expect(isIncapacity({ code })).toBe(true);
  for (const code of [
    "invalid_input",
    "unsupported",
    "trapped",
    "lost",
    "deadline_exceeded",
    "forbidden",
    "internal",
    "invalid_frame",
  ]) {
    expect(isIncapacity({ code })).toBe(false);
  }
});

test("a limit on memory is the place's own unless the caller set it", () => {
  const error = (limit: string) => ({ code: "limit_exceeded", details: { limit, maximum: 1000, value: 2000 } });
  expect(isIncapacity(error("memory"))).toBe(true);
  expect(isIncapacity(error("pixels"))).toBe(false);
  expect(isIncapacity(error("memory"), { memory: 1000 })).toBe(false);
  expect(isIncapacity(error("memory"), { memory: 5000 })).toBe(true);
});

describe("falling over", () => {
  const memory = { code: "out_of_memory", message: "full" };
  const gone = { code: "unavailable", message: "gone" };
  test("from the server leads here", () =>
    expect(fallOver("server", gone, small, facts("down"), "server")).toEqual({
      place: "local",
      reason: "this browser: the server can't be reached",
    }));
  test("from here leads to the server under auto", () =>
    expect(fallOver("local", memory, small, facts("up"), "auto")).toEqual({
      place: "server",
      reason: "server: this browser's memory is not enough",
    }));
  test("what was to stay in this browser stays", () =>
    expect(fallOver("local", memory, small, facts("up"), "local")).toBeUndefined());
  test("what does not fit here does not come back", () =>
    expect(fallOver("server", memory, large, facts("up"), "auto")).toBeUndefined());
  test("without a server there is nowhere to go", () =>
    expect(fallOver("local", memory, small, facts("none"), "auto")).toBeUndefined());
});

test("bytes are told in words", () => {
  expect([0, 999, 1000, 1_234_567, 123_456_789, 5.1e9].map(bytes)).toEqual([
    "0 bytes",
    "999 bytes",
    "1.0 kB",
    "1.2 MB",
    "123 MB",
    "5.1 GB",
  ]);
});

test("milliseconds are told in words", () => {
  expect([0.04, 9.4, 9.6, 41, 999, 1234, 98_000, 200_000].map(duration)).toEqual([
    "0.0 ms",
    "9.4 ms",
    "10 ms",
    "41 ms",
    "999 ms",
    "1.2 s",
    "98.0 s",
    "3 min",
  ]);
});

test("the budget is half of the device's memory, and what wasm can fill", () => {
  expect(memoryBudget(2)).toBe(2 ** 30);
  expect(memoryBudget(undefined)).toBe(2 * 2 ** 30);
  expect(memoryBudget(64)).toBeLessThan(4 * 2 ** 30);
  expect(Number.isInteger(memoryBudget(64))).toBe(true);
});
