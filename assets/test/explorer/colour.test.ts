// Colours of the modes: what they must do whatever the palette is.

import { describe, expect, test } from "vitest";
import { type Paint, Painter, type Planes } from "../../src/explorer/colours/colour.ts";
import { type Mode, modeOf, modes } from "../../src/explorer/colours/modes.ts";
import { bins, rankAt, ranksOf } from "../../src/explorer/colours/ranks.ts";
import { palettes } from "../../src/explorer/palettes.ts";
import type { Tile } from "../../src/explorer/tiles.ts";
import { untuned } from "../../src/explorer/tuning.ts";

const inside = 0xffffffff;
const side = 16;

/** A slope that rises to the right and a little downwards, with a pixel inside in its middle. */
function planes(level = 9): Planes {
  const count = new Uint32Array(side * side);
  const fraction = new Float32Array(side * side);
  for (let at = 0; at < count.length; at++) {
    const value = 10 + (at % side) * 0.3 + Math.floor(at / side) * 0.1;
    count[at] = Math.floor(value);
    fraction[at] = value - Math.floor(value);
  }
  count[8 * side + 8] = inside;
  const distance = new Float32Array(side * side).map((_, at) => 1 + (at % side));
  const angle = new Float32Array(side * side).map((_, at) => (at % side) / side);
  return { side, level, count, fraction, distance, angle };
}

function paint(mode: Mode): Paint {
  const ranks = new Float32Array(bins).map((_, bin) => bin / bins);
  return { palette: palettes[0] as Paint["palette"], tuning: untuned, mode, ranks };
}

function colours(mode: Mode, of = planes()): Uint32Array {
  const pixels = new Uint32Array(of.count.length);
  new Painter(paint(mode)).rows(of, 0, pixels.length / of.side, pixels);
  return pixels;
}

const brightness = (pixel = 0) => (pixel & 255) + ((pixel >> 8) & 255) + ((pixel >> 16) & 255);

describe.each(modes)("%s", (mode) => {
  test("is opaque, black inside, and the same in slices as in one", () => {
    const whole = colours(mode);
    expect(whole.every((pixel) => pixel >>> 24 === 255)).toBe(true);
    expect(whole[8 * side + 8]).toBe(0xff000000);
    const sliced = new Uint32Array(whole.length);
    const painter = new Painter(paint(mode));
    for (let row = 0; row < side; row += 4) {
      painter.rows(planes(), row, 4, sliced.subarray(row * side, (row + 4) * side));
    }
    expect(sliced).toEqual(whole);
  });

  test("is not what another mode shows", () => {
    for (const other of modes) if (other !== mode) expect(colours(other), other).not.toEqual(colours(mode));
  });

  test("shows the counts where its plane is not there", () => {
    const bare = { ...planes(), distance: undefined, angle: undefined };
    const smooth = mode === "distance" || mode === "angle" ? "smooth" : mode;
    expect(colours(mode, bare)).toEqual(colours(smooth));
  });
});

test("a slope that faces the light is brighter than one that does not", () => {
  const facing = planes();
  const averted = { ...planes(), count: planes().count.map((value) => (value === inside ? inside : 40 - value)) };
  averted.fraction = planes().fraction.map((value) => 1 - value);
  const middle = 5 * side + 5;
  const ratio = (of: Planes) => brightness(colours("slope", of)[middle]) / brightness(colours("smooth", of)[middle]);
  expect(ratio(facing)).toBeGreaterThan(0.95);
  expect(ratio(averted)).toBeLessThan(0.5);
});

test("distances keep their colours from level to level, as long as they are not threads", () => {
  const finer = planes(10);
  finer.distance = finer.distance?.map((value) => value * 2);
  const [coarse, fine] = [colours("distance", planes(9)), colours("distance", finer)];
  for (let at = 2; at < side; at++) expect(fine[at]).toBe(coarse[at]);
  const thread = { ...planes(), distance: new Float32Array(side * side).fill(0.05) };
  expect(brightness(colours("distance", thread)[3])).toBeLessThan(20);
});

test("ranks are the part of the pixels below, whatever the counts are", () => {
  const count = new Uint32Array(65536).map((_, at) => 5000 + (at % 1000));
  const tile = { count, fraction: new Float32Array(65536) } as unknown as Tile;
  const ranks = ranksOf([tile]) as Float32Array;
  expect(rankAt(ranks, 4000)).toBe(0);
  expect(rankAt(ranks, 5500)).toBeCloseTo(0.5, 1);
  expect(rankAt(ranks, 7000)).toBeCloseTo(1, 5);
  expect(ranksOf([])).toBeUndefined();
  for (let bin = 1; bin < bins; bin++) expect(ranks[bin]).toBeGreaterThanOrEqual(ranks[bin - 1] as number);
});

test("an unknown mode is the smooth one", () => {
  expect(modeOf("nothing")).toBe("smooth");
  expect(modeOf(null)).toBe("smooth");
  for (const mode of modes) expect(modeOf(mode)).toBe(mode);
});
