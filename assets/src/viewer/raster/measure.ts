/** What can be counted in a raster: how often each value comes, and how two rasters differ. */
import { type Edit, part } from "./look.ts";
import type { Level } from "./pyramid.ts";

export interface Histogram {
  /** How many pixels have each value 0..255; transparent pixels don't count. */
  readonly red: Uint32Array;
  readonly green: Uint32Array;
  readonly blue: Uint32Array;
  readonly alpha: Uint32Array;
  /** Pixels that are not wholly transparent. */
  readonly pixels: number;
  /** Pixels with a sample at 255, and at 0: what lies beyond is lost. */
  readonly white: number;
  readonly black: number;
}

/** How two rasters of the same size differ, in samples of 0..255 of red, green, blue and alpha. */
export interface Difference {
  readonly max: number;
  readonly mean: number;
  /** Pixels that differ at all. */
  readonly pixels: number;
  readonly total: number;
}

/** Pixels between two looks at what else is wanted. */
const stretch = 1 << 20;

const breath = () => new Promise((wake) => setTimeout(wake));

/** Counts in stretches, so that tiles which are asked for meanwhile don't wait. */
export async function measure(level: Level, edit: Edit): Promise<Histogram> {
  const { x, y, width, height } = part(edit, level);
  const red = new Uint32Array(256);
  const green = new Uint32Array(256);
  const blue = new Uint32Array(256);
  const alpha = new Uint32Array(256);
  const { pixels } = level;
  let white = 0;
  let black = 0;
  let seen = 0;
  const rows = Math.max(1, Math.floor(stretch / width));
  for (let first = 0; first < height; first += rows) {
    if (first > 0) await breath();
    for (let row = first; row < Math.min(first + rows, height); row++) {
      const begin = ((y + row) * level.width + x) * 4;
      for (let at = begin; at < begin + width * 4; at += 4) {
        const a = pixels[at + 3] as number;
        alpha[a] = (alpha[a] as number) + 1;
        if (a === 0) continue;
        const r = pixels[at] as number;
        const g = pixels[at + 1] as number;
        const b = pixels[at + 2] as number;
        red[r] = (red[r] as number) + 1;
        green[g] = (green[g] as number) + 1;
        blue[b] = (blue[b] as number) + 1;
        seen++;
        if (r === 255 || g === 255 || b === 255) white++;
        if (r === 0 || g === 0 || b === 0) black++;
      }
    }
  }
  return { red, green, blue, alpha, pixels: seen, white, black };
}

/** The difference of two levels of one size times `gain`, as an opaque picture: black where they agree. */
export async function compare(
  one: Level,
  other: Level,
  gain: number,
): Promise<{ picture: Level; difference: Difference }> {
  const { width, height } = one;
  if (other.width !== width || other.height !== height) throw new Error("the pictures differ in size");
  const a = one.pixels;
  const b = other.pixels;
  const pixels = new Uint8ClampedArray(width * height * 4);
  let max = 0;
  let sum = 0;
  let differing = 0;
  for (let begin = 0; begin < pixels.length; begin += stretch * 4) {
    if (begin > 0) await breath();
    for (let at = begin; at < Math.min(begin + stretch * 4, pixels.length); at += 4) {
      let most = 0;
      const da = Math.abs((a[at + 3] as number) - (b[at + 3] as number));
      for (let c = 0; c < 3; c++) {
        const d = Math.abs((a[at + c] as number) - (b[at + c] as number));
        sum += d;
        if (d > most) most = d;
        pixels[at + c] = Math.max(d, da) * gain;
      }
      sum += da;
      if (da > most) most = da;
      if (most > 0) differing++;
      if (most > max) max = most;
      pixels[at + 3] = 255;
    }
  }
  const total = width * height;
  return { picture: { width, height, pixels }, difference: { max, mean: sum / (total * 4), pixels: differing, total } };
}
