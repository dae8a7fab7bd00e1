import { describe, expect, test } from "vitest";
import type { Estimate } from "../src/generated/index.ts";
import {
  bytes,
  type Facts,
  fallOver,
  isIncapacity,
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
  test("stays in this browser when the call fits", () =>
    check(small, facts("up"), "auto", "local", "this browser: fits in memory"));
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

test("the budget is half of the device's memory, and what wasm can fill", () => {
  expect(memoryBudget(2)).toBe(2 ** 30);
  expect(memoryBudget(undefined)).toBe(2 * 2 ** 30);
  expect(memoryBudget(64)).toBeLessThan(4 * 2 ** 30);
  expect(Number.isInteger(memoryBudget(64))).toBe(true);
});
