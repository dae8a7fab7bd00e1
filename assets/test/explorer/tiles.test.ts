// The pyramid: exact tiles that cover every screen, and which of them are wanted first.

import { expect, test } from "vitest";
import { bitsFor, type View } from "../../src/explorer/camera.ts";
import { parsed } from "../../src/explorer/coordinates.ts";
import { scene, wishes } from "../../src/explorer/plan.ts";
import {
  above,
  geometry,
  keyOf,
  type Recipe,
  type Spot,
  side,
  type Tile,
  Tiles,
  visible,
} from "../../src/explorer/tiles.ts";

function viewAt(re: string, im: string, zoom: number): View {
  const bits = bitsFor(zoom);
  return { re: parsed(re, bits) as bigint, im: parsed(im, bits) as bigint, bits, zoom };
}

function tileAt(spot: Spot, more: Partial<Tile> = {}): Tile {
  return {
    level: spot.level,
    x: spot.x,
    y: spot.y,
    key: keyOf(spot),
    limit: 512,
    count: new Uint32Array(0),
    fraction: new Float32Array(0),
    escaped: 1,
    interior: 0,
    undecided: 0,
    lowest: 1,
    highest: 100,
    iterations: 100,
    late: 0,
    place: "local",
    ...more,
  };
}

const screen = { width: 1440, height: 900, ratio: 1 };

const asked = (limit: number, extra: Recipe["extra"] = []) => ({ limit, recipe: { julia: undefined, extra } });

test("centre and step of a tile are exact decimals, the imaginary axis upwards", () => {
  expect(geometry({ level: 8, x: 0n, y: 0n })).toEqual({ center: { re: "0.5", im: "-0.5" }, step: "0.00390625" });
  expect(geometry({ level: 8, x: -2n, y: -1n }).center).toEqual({ re: "-1.5", im: "0.5" });
  expect(geometry({ level: 4, x: 0n, y: 0n })).toEqual({ center: { re: "8", im: "-8" }, step: "0.0625" });
  const { center, step } = geometry({ level: 400, x: -(1n << 390n) - 1n, y: 5n });
  expect(parsed(center.re, 393)).toBe(2n * (-(1n << 390n) - 1n) + 1n);
  expect(parsed(step, 400)).toBe(1n);
});

test.each([6.3, 9, 30.75, 47, 1000.5])("at zoom 2^%d tiles cover the screen without gaps or overlaps", (zoom) => {
  const view = viewAt("-0.743643887037158704752191506114774", "0.131825904205311970493132056385139", zoom);
  const level = Math.round(zoom);
  const spots = visible(view, level, screen.width, screen.height, screen.ratio);
  const lefts = [...new Set(spots.map((spot) => spot.left))].sort((a, b) => a - b);
  const tops = [...new Set(spots.map((spot) => spot.top))].sort((a, b) => a - b);
  expect(spots.length).toBe(lefts.length * tops.length);
  const size = spots[0]?.size as number;
  expect(size).toBeCloseTo(side * 2 ** (zoom - level), 6);
  for (const [edges, length] of [
    [lefts, screen.width],
    [tops, screen.height],
  ] as const) {
    expect(edges[0]).toBeLessThanOrEqual(0);
    expect((edges.at(-1) as number) + size).toBeGreaterThanOrEqual(length);
    for (let at = 1; at < edges.length; at++)
      expect((edges[at] as number) - (edges[at - 1] as number)).toBeCloseTo(size, 6);
  }
});

test("a tile above covers those beneath, also left of and above the origin", () => {
  for (const [x, y] of [
    [5n, 6n],
    [-1n, -8n],
    [-9n, 7n],
  ] as const) {
    const up = above({ level: 12, x, y }, 3);
    expect(up.level).toBe(9);
    expect(x - 8n * up.x >= 0n && x - 8n * up.x < 8n && y - 8n * up.y >= 0n && y - 8n * up.y < 8n).toBe(true);
  }
});

test("coarse tiles are wanted first, then the nearest to the pointer", () => {
  const view = viewAt("-0.5", "0", 9);
  const pointer = { x: 1100, y: 200 };
  const wanted = wishes(view, screen, 47, new Tiles(100), asked(512), pointer.x, pointer.y);
  const levels = wanted.map(({ level }) => level);
  expect(levels).toEqual([...levels].sort((a, b) => a - b));
  expect(new Set(levels).size).toBeGreaterThan(1);
  const own = wanted.filter(({ level }) => level === 9);
  const placed = new Map(visible(view, 9, 1440, 900, 1).map((spot) => [keyOf(spot), spot]));
  const away = own.map(({ key }) => {
    const spot = placed.get(key);
    return spot ? Math.hypot(spot.left + 128 - pointer.x, spot.top + 128 - pointer.y) : Number.NaN;
  });
  expect(away.length).toBe(placed.size);
  expect(away).toEqual([...away].sort((a, b) => a - b));
});

test("what is there is not wanted again, unless a higher limit could change it", () => {
  const view = viewAt("-0.5", "0", 9);
  const tiles = new Tiles(100);
  const spots = visible(view, 9, 1440, 900, 1);
  for (const [at, spot] of spots.entries()) tiles.put(tileAt(spot, { undecided: at === 3 ? 50 : 0 }));
  expect(wishes(view, screen, 47, tiles, asked(512), 0, 0)).toEqual([]);
  expect(wishes(view, screen, 47, tiles, asked(1024), 0, 0).map(({ key }) => key)).toEqual([keyOf(spots[3] as Spot)]);
});

test("what lacks a plane that the colours need is wanted again", () => {
  const view = viewAt("-0.5", "0", 9);
  const tiles = new Tiles(100);
  const spots = visible(view, 9, 1440, 900, 1);
  for (const [at, spot] of spots.entries()) {
    tiles.put(tileAt(spot, { undecided: 0, distance: at === 3 ? undefined : new Float32Array(0) }));
  }
  expect(wishes(view, screen, 47, tiles, asked(512, ["distance"]), 0, 0).map(({ key }) => key)).toEqual([
    keyOf(spots[3] as Spot),
  ]);
  expect(wishes(view, screen, 47, tiles, asked(512, ["angle"]), 0, 0).length).toBe(spots.length);
});

test("where a tile is missing the one above stands in, and finer ones on it", () => {
  const view = viewAt("-0.5", "0", 9);
  const tiles = new Tiles(100);
  const spot = visible(view, 9, 1440, 900, 1)[7] as Spot;
  const up = tileAt(above(spot, 2));
  const fine = tileAt({ level: 10, x: 2n * spot.x + 1n, y: 2n * spot.y });
  tiles.put(up);
  tiles.put(fine);
  const { quads, own, wanted } = scene(view, screen, 47, tiles, () => true);
  expect(own).toEqual([]);
  expect(wanted).toBe(visible(view, 9, 1440, 900, 1).length);
  const place = visible(view, 9, 1440, 900, 1)[7] as { left: number; top: number; size: number };
  const within = quads.filter(
    ({ left, top }) =>
      left >= place.left - 1 && left < place.left + 255 && top >= place.top - 1 && top < place.top + 255,
  );
  expect(within.map(({ tile }) => tile)).toEqual([up, fine]);
  expect(within[0]?.part).toBe(0.25);
  expect(within[1]?.width).toBe(128);
});

test("the tiles out of sight for longest are let go", () => {
  const tiles = new Tiles(3);
  const gone: string[] = [];
  tiles.ondrop = ({ key }) => gone.push(key);
  const [a, b, c, d] = [0n, 1n, 2n, 3n].map((x) => tileAt({ level: 9, x, y: 0n })) as [Tile, Tile, Tile, Tile];
  for (const tile of [a, b, c]) tiles.put(tile);
  tiles.touch(a);
  tiles.put(d);
  expect(gone).toEqual([b.key]);
  expect(tiles.get(a)).toBe(a);
});
