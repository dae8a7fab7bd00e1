/** For each count the part of the pixels in sight that lies below it: colours by it cover the screen evenly. */
import { inside, type Tile } from "../tiles.ts";

/** Bins over the logarithm of counts, and how many of them make a factor of two. */
export const bins = 2048;
export const perOctave = 76;
/** Every so many pixels of a tile are looked at: with an odd stride none of its columns is left out. */
const stride = 3;

/** Histograms of tiles, kept as long as the tiles. */
const counted = new WeakMap<Tile, Uint32Array>();

export function ranksOf(tiles: readonly Tile[]): Float32Array<ArrayBuffer> | undefined {
  const sums = new Float64Array(bins);
  let all = 0;
  for (const tile of tiles) {
    const part = histogram(tile);
    for (let bin = 0; bin < bins; bin++) {
      const pixels = part[bin] as number;
      sums[bin] = (sums[bin] as number) + pixels;
      all += pixels;
    }
  }
  if (all === 0) return undefined;
  const ranks = new Float32Array(bins);
  let below = 0;
  for (let bin = 0; bin < bins; bin++) {
    ranks[bin] = below / all;
    below += sums[bin] as number;
  }
  return ranks;
}

/** The rank of a smooth count, straight between two bins. */
export function rankAt(ranks: Float32Array, count: number): number {
  const place = Math.min(bins - 1.001, Math.log2(count + 1) * perOctave);
  const bin = Math.floor(place);
  const from = ranks[bin] as number;
  return from + (place - bin) * ((ranks[bin + 1] as number) - from);
}

function histogram(tile: Tile): Uint32Array {
  const before = counted.get(tile);
  if (before) return before;
  const made = new Uint32Array(bins);
  const { count, fraction } = tile;
  for (let at = 0; at < count.length; at += stride) {
    const whole = count[at] as number;
    if (whole === inside) continue;
    const bin = Math.min(bins - 1, Math.floor(Math.log2(whole + (fraction[at] as number) + 1) * perOctave));
    made[bin] = (made[bin] as number) + 1;
  }
  counted.set(tile, made);
  return made;
}
