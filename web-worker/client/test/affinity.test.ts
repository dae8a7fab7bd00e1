// Which engine is thought to hold what, told from how long calls take.

import { describe, expect, test } from "vitest";
import { Affinity, type Keyed } from "../src/engines/affinity.ts";

const engine = (name: string, kind = "solo") => ({ name, kind, state: "ready" });

/** A job whose cold work is a hundred times the warm one, or as said. */
const job = (key: string, more: Partial<Keyed> = {}): Keyed => ({
  operation: "decode",
  keys: [key],
  units: { cold: 1e9, warm: 1e7 },
  ...more,
});

describe("an engine", () => {
  test("that has run a call of an input is preferred for the next", () => {
    const affinity = new Affinity<ReturnType<typeof engine>>();
    const [a, b] = [engine("a"), engine("b")];
    expect(affinity.best(job("x"), "solo", [a, b])).toBeUndefined();
    affinity.ended(b, job("x"), 1000);
    expect(affinity.best(job("x"), "solo", [a, b])).toBe(b);
    expect(affinity.best(job("y"), "solo", [a, b])).toBeUndefined();
    expect(affinity.best(job("x", { operation: "encode" }), "solo", [a, b])).toBeUndefined();
    expect(affinity.holds("x")).toBe(true);
    expect(affinity.holds("x", "encode")).toBe(false);
    affinity.gone(b);
    expect(affinity.best(job("x"), "solo", [a, b])).toBeUndefined();
    expect(affinity.holds("x")).toBe(false);
  });

  test("whose next call took as long as from nothing holds nothing, until one is short", () => {
    const affinity = new Affinity<ReturnType<typeof engine>>();
    const [a, wide] = [engine("a"), engine("wide", "wide")];
    affinity.ended(a, job("x"), 1000);
    affinity.ended(a, job("x"), 900);
    expect(affinity.holds("x")).toBe(false);
    expect(affinity.isHolder(a)).toBe(false);
    // Of its own kind it is as good as any, and may have kept something by now.
    expect(affinity.best(job("x"), "solo", [a])).toBe(a);
    expect(affinity.best(job("x"), "wide", [a, wide])).toBeUndefined();
    affinity.ended(a, job("x"), 12);
    expect(affinity.holds("x")).toBe(true);
    expect(affinity.best(job("x"), "wide", [a, wide])).toBe(a);
  });

  test("that was seen to hold something goes before one that may, and that before one that took less", () => {
    const affinity = new Affinity<ReturnType<typeof engine>>();
    const [a, b, c] = [engine("a"), engine("b"), engine("c")];
    affinity.ended(a, job("x"), 300);
    affinity.ended(b, job("x"), 1000);
    expect(affinity.best(job("x"), "solo", [a, b, c])).toBe(b);
    affinity.ended(a, job("x"), 5);
    expect(affinity.best(job("x"), "solo", [a, b, c])).toBe(a);
    expect(affinity.best(job("x"), "solo", [b, c])).toBe(b);
  });

  test("keeps nothing of operations that take as long warm as cold, or of inputs without a key", () => {
    const affinity = new Affinity<ReturnType<typeof engine>>();
    const a = engine("a");
    affinity.ended(a, job("x", { units: { cold: 1e9, warm: 1e9 } }), 1000);
    affinity.ended(a, job("x", { units: undefined }), 1000);
    affinity.ended(a, { operation: "decode", units: { cold: 1e9, warm: 1 } }, 1000);
    expect(affinity.isHolder(a)).toBe(false);
    expect(affinity.best(job("x"), "solo", [a])).toBeUndefined();
  });

  test("with the least in it gets what none holds", () => {
    const affinity = new Affinity<ReturnType<typeof engine>>();
    const [a, b] = [engine("a"), engine("b")];
    affinity.ended(a, job("x"), 1000);
    expect(affinity.emptiest(job("y"), [a, b])).toBe(b);
    // A call that leaves nothing goes to the first.
    expect(affinity.emptiest({ operation: "tile" }, [a, b])).toBe(a);
    expect(affinity.emptiest(job("y"), [])).toBeUndefined();
  });

  test("remembers a bounded number of inputs", () => {
    const affinity = new Affinity<ReturnType<typeof engine>>();
    const a = engine("a");
    for (let key = 0; key < 100; key++) affinity.ended(a, job(`${key}`), 10);
    const held = Array.from({ length: 100 }, (_, key) => affinity.holds(`${key}`)).filter(Boolean);
    expect(held).toHaveLength(16);
    expect(affinity.holds("99")).toBe(true);
  });
});

describe("a job", () => {
  const since = performance.now();
  const running = (at: ReturnType<typeof engine>, other: Keyed): [typeof at, { job: Keyed; since: number }] => [
    at,
    { job: other, since },
  ];

  test("waits for a busy engine that was seen to hold its input and is free in a moment", () => {
    const affinity = new Affinity<ReturnType<typeof engine>>();
    const a = engine("a");
    affinity.ended(a, job("x"), 100_000);
    expect(affinity.patience(job("x"), "solo", [running(a, job("x"))])).toBeUndefined();
    affinity.ended(a, job("x"), 1000);
    expect(affinity.patience(job("x"), "solo", [running(a, job("x"))])).toBe(50_000);
    expect(affinity.patience(job("y"), "solo", [running(a, job("x"))])).toBeUndefined();
    expect(affinity.patience(job("x"), "solo", [])).toBeUndefined();
  });

  test("does not wait for one that is busy for long, or for who knows how long", () => {
    const affinity = new Affinity<ReturnType<typeof engine>>();
    const a = engine("a");
    affinity.ended(a, job("x"), 100_000);
    affinity.ended(a, job("x"), 1000);
    expect(affinity.patience(job("x"), "solo", [running(a, job("y"))])).toBeUndefined();
    expect(affinity.patience(job("x"), "solo", [running(a, { operation: "spin" })])).toBeUndefined();
  });
});
