import { describe, expect, test } from "vitest";
import { Beliefs } from "../../src/placement/beliefs.ts";
import { Level } from "../../src/placement/level.ts";
import { Link, type Probe } from "../../src/placement/link.ts";
import { Load } from "../../src/placement/load.ts";
import type { Work } from "../../src/placement/predict.ts";
import { Speeds } from "../../src/placement/speeds.ts";

const estimate = { units_cold: 1e8, units_warm: 1e6, peak_bytes: 1e6, reply_bytes: 1e6, parallel: false };
const work: Work = {
  operation: "image.decode",
  estimate,
  input_bytes: 1e6,
  missing_bytes: 1e6,
  uses: 0,
  warm: { local: false, server: false },
};

describe("a level", () => {
  test("averages what is measured, and heeds noise little", () => {
    const level = new Level();
    expect(level.value).toBeUndefined();
    level.learn(100);
    for (let turn = 0; turn < 50; turn++) expect(level.learn(turn % 2 ? 120 : 83)).toBe(false);
    expect(level.value).toBeGreaterThan(90);
    expect(level.value).toBeLessThan(110);
  });

  test("follows a change at once, and tells of it", () => {
    const level = new Level();
    for (let turn = 0; turn < 50; turn++) level.learn(100);
    expect(level.learn(1000)).toBe(true);
    expect(level.value).toBeGreaterThan(500);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("does not believe %d", (measured) => {
    const level = new Level();
    level.learn(5);
    level.learn(measured);
    expect(level.value).toBeCloseTo(5);
  });
});

describe("speeds", () => {
  test("are learned for each operation and place, and kept", () => {
    const speeds = new Speeds();
    speeds.learn("image.decode", "local", 1e9, 500);
    expect(speeds.expect("image.decode", "local", 1e9, 0)).toBeCloseTo(500);
    expect(new Speeds(speeds.kept).expect("image.decode", "local", 1e9, 0)).toBeCloseTo(500);
  });

  test("of small and large calls are told apart", () => {
    const speeds = new Speeds();
    for (let turn = 0; turn < 10; turn++) {
      speeds.learn("image.decode", "local", 1e6, 1);
      speeds.learn("image.decode", "local", 1e9, 5000);
    }
    expect(speeds.expect("image.decode", "local", 1e6, 0)).toBeCloseTo(1);
    expect(speeds.expect("image.decode", "local", 1e9, 0)).toBeCloseTo(5000);
  });

  test("of an operation that is new to a place follow from the other place, once the two were compared", () => {
    const speeds = new Speeds();
    speeds.learn("fractal.tile", "local", 1e7, 100);
    speeds.learn("fractal.tile", "server", 1e7, 10);
    speeds.learn("image.decode", "local", 1e9, 4000);
    // Ten times faster, and a little hope.
    expect(speeds.expect("image.decode", "server", 1e9, 0)).toBeCloseTo(400 / 1.2);
  });

  test("that were not reached count for a while, and are forgiven", () => {
    const speeds = new Speeds();
    speeds.learn("image.decode", "server", 1e9, 100);
    speeds.late("image.decode", "server", 1e9, 1000, 0);
    expect(speeds.expect("image.decode", "server", 1e9, 1)).toBeGreaterThan(1000);
    expect(speeds.expect("image.decode", "server", 1e9, 1e6)).toBeCloseTo(100);
  });

  test("nothing is learned from no work or no time", () => {
    const speeds = new Speeds();
    speeds.learn("echo", "local", 0, 5);
    speeds.learn("echo", "local", 5, 0);
    expect(speeds.known("echo", "local")).toBe(0);
  });
});

describe("the link", () => {
  /** Asks what it wants to know, of a network that answers so. */
  function tested(link: Link, round: number, bytesPerMs: number, now = 2000): Probe[] {
    const asked: Probe[] = [];
    // The first words are heard before there is time for a test.
    if (now === 2000) link.probed(link.probe(0) ?? { kind: "round" }, round, 0);
    for (let probe = link.probe(now); probe; probe = link.probe(now)) {
      asked.push(probe);
      link.probed(probe, probe.kind === "round" ? round : probe.bytes / bytesPerMs, now);
    }
    return asked;
  }

  test("is tested once, and asked for its round trip now and then", () => {
    const link = new Link();
    expect(tested(link, 80, 100).map(({ kind }) => kind)).toEqual(["round", "down", "up"]);
    expect(link.round).toBeCloseTo(80);
    expect(link.down).toBeCloseTo(100);
    expect(link.probe(2100)).toBeUndefined();
    expect(link.probe(3000)).toEqual({ kind: "round" });
  });

  test("leaves the line to the page at first", () => {
    const link = new Link();
    expect(link.probe(0)).toEqual({ kind: "round" });
    link.probed({ kind: "round" }, 5, 0);
    expect(link.probe(100)).toBeUndefined();
  });

  test("that is fast is tested with more bytes", () => {
    const asked = tested(new Link(), 1, 100_000);
    expect(asked.filter(({ kind }) => kind === "down")).toHaveLength(2);
  });

  test("is tested anew when the round trip is another", () => {
    const link = new Link();
    tested(link, 300, 100);
    link.learnRound(1, 5000);
    expect(tested(link, 1, 100_000, 5000).map(({ kind }) => kind)).toContain("down");
    expect(link.down).toBeGreaterThan(10_000);
  });

  test("does not take noise for a change", () => {
    const link = new Link();
    tested(link, 1, 10_000);
    link.learnRound(3, 5000);
    expect(tested(link, 1, 10_000, 5000)).toEqual([]);
  });

  test("on which a call was late is believed to be slow, and tested anew", () => {
    const link = new Link();
    tested(link, 1, 100_000);
    link.late("sending", 1e6, 2000);
    expect(link.up).toBeLessThanOrEqual(250);
    expect(link.probe(10_000)).toBeDefined();
  });
});

describe("beliefs", () => {
  test("predict moving, waiting and computing", () => {
    const beliefs = new Beliefs();
    const learned = { round_ms: 20, sent: { bytes: 1e6, ms: 100 }, received: { bytes: 1e6, ms: 50 } };
    beliefs.learn(work, "server", { queued_ms: 0, computed_ms: 80, ...learned }, 0);
    const { server } = beliefs.predict(work, 1);
    // Two round trips, the file's way, the work, the reply's way.
    expect(server.total_ms).toBeCloseTo(20 + 20 + 100 + 80 + 50, 0);
    expect(beliefs.predict({ ...work, missing_bytes: 0 }, 1).server.total_ms).toBeCloseTo(20 + 80 + 50, 0);
    expect(beliefs.last("image.decode", 1)).toBe("server");
    expect(beliefs.last("image.decode", 1e6)).toBeUndefined();
  });

  test("are kept", () => {
    const beliefs = new Beliefs();
    beliefs.learn(work, "server", { queued_ms: 0, computed_ms: 80, round_ms: 7 }, 0);
    const again = new Beliefs(JSON.parse(JSON.stringify(beliefs.kept)));
    expect(again.predict(work, 0).server.computed_ms).toBeCloseTo(80);
    expect(again.link.round).toBeCloseTo(7);
  });

  test("heed the server's queue and our own calls", () => {
    const beliefs = new Beliefs();
    const before = beliefs.predict(work, 0).server.total_ms;
    for (let turn = 0; turn < 10; turn++) beliefs.learnQueue(500);
    expect(beliefs.predict(work, 0).server.total_ms).toBeGreaterThan(before + 490);
    expect(beliefs.predict(work, 0, { local: 100, server: 0 }).local.queued_ms).toBe(100);
  });

  test("take warm state into account", () => {
    const { local } = new Beliefs().predict({ ...work, warm: { local: true, server: false } }, 0);
    expect(local.computed_ms).toBeLessThan(10);
  });
});

test("a load waits only when there are more calls than lanes", () => {
  const load = new Load();
  const end = load.begin(100);
  expect(load.waiting(2)).toBe(0);
  load.begin(100);
  expect(load.waiting(2)).toBe(50);
  end();
  end();
  expect(load.waiting(2)).toBe(0);
});
