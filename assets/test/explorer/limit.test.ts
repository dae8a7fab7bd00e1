// The automatic iteration limit: rises while it matters, falls late, and never swings.

import { expect, test } from "vitest";
import { Limit, lateOf, lowestLimit, satisfies } from "../../src/explorer/limit.ts";
import { keyOf, type Tile } from "../../src/explorer/tiles.ts";

let made = 0n;

function tile(limit: number, figures: Partial<Tile>): Tile {
  const spot = { level: 9, x: made++, y: 0n };
  const count = new Uint32Array(256 * 256);
  const common = { key: keyOf(spot), limit, count, fraction: new Float32Array(0), escaped: 60_000, interior: 0 };
  const rest = { undecided: 0, lowest: 1, highest: 20, iterations: 1, late: 0, place: "local" as const };
  return { ...spot, ...common, ...rest, ...figures };
}

test("it rises while pixels escape shortly before it, and no further", () => {
  const limit = new Limit();
  const restless = [tile(lowestLimit, { undecided: 900, late: 400, highest: lowestLimit - 1 })];
  expect(limit.consider(restless, true)).toBe(true);
  const risen = limit.current;
  expect(risen).toBeGreaterThan(lowestLimit);
  // Tiles of the old limit say nothing about the new one.
  expect(limit.consider(restless, true)).toBe(false);
  const calm = [tile(risen, { undecided: 800, late: 2, highest: risen - 10 })];
  for (let turn = 0; turn < 10; turn++) expect(limit.consider(calm, true)).toBe(false);
  expect(limit.current).toBe(risen);
});

test("it ends rising, however restless the view", () => {
  const limit = new Limit();
  let turns = 0;
  while (limit.consider([tile(limit.current, { undecided: 5000, late: 5000, highest: limit.current })], true)) turns++;
  expect(turns).toBeLessThan(20);
});

test("it falls only where it is many times too high", () => {
  const limit = new Limit();
  while (limit.current < 16_384) limit.consider([tile(limit.current, { undecided: 900, late: 900 })], true);
  expect(limit.consider([tile(limit.current, { highest: limit.current / 4 })], true)).toBe(false);
  expect(limit.consider([tile(limit.current, { highest: 100 })], false)).toBe(false);
  expect(limit.consider([tile(limit.current, { highest: 100 })], true)).toBe(true);
  expect(limit.current).toBeLessThan(16_384);
});

test("after falling it does not rise again over the same view", () => {
  const limit = new Limit();
  while (limit.current < 32_768) limit.consider([tile(limit.current, { undecided: 900, late: 900 })], true);
  const outside = (at: number) => [tile(at, { undecided: 0, highest: 300 })];
  let changes = 0;
  for (let turn = 0; turn < 50; turn++) if (limit.consider(outside(limit.current), true)) changes++;
  expect(changes).toBeLessThan(8);
  expect(limit.consider(outside(limit.current), true)).toBe(false);
});

test("one that was set stays", () => {
  const limit = new Limit();
  limit.set = 300;
  expect(limit.current).toBe(300);
  expect(limit.consider([tile(300, { undecided: 9000, late: 9000, highest: 300 })], true)).toBe(false);
  expect(limit.current).toBe(300);
  limit.set = undefined;
  expect(limit.set).toBeUndefined();
});

test("a tile without undecided pixels is good for any limit", () => {
  expect(satisfies(tile(512, { undecided: 0 }), 100_000)).toBe(true);
  expect(satisfies(tile(512, { undecided: 1 }), 513)).toBe(false);
  expect(satisfies(tile(512, { undecided: 1 }), 512)).toBe(true);
});

test("late pixels are those of the last quarter, and no inside ones", () => {
  expect(lateOf(new Uint32Array([1, 700, 750, 999, 1000, 0xffffffff]), 1000)).toBe(3);
});

test("back from the depth it is as low as before", () => {
  for (const depth of [7, 20, 40]) {
    const limit = new Limit();
    limit.depth = depth;
    while (limit.current < 65_536) limit.consider([tile(limit.current, { undecided: 900, late: 900 })], true);
    // A little further out nothing changes: tiles would be computed twice.
    limit.depth = depth - 1;
    expect(limit.current).toBe(65_536);
    for (let zoom = depth - 1; zoom >= -1; zoom -= 0.5) limit.depth = zoom;
    expect(limit.current, `from ${depth}`).toBeLessThanOrEqual(depth < 10 ? 8192 : lowestLimit);
    limit.depth = depth;
    expect(limit.current).toBeGreaterThanOrEqual(lowestLimit * 2 ** Math.floor(depth / 8));
  }
});
