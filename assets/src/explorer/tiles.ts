/**
 * The plane as a pyramid of tiles, each 256 × 256 pixels. At level k a pixel is 2^-k wide and tile (0, 0) has the
 * origin in its top left corner, so that step and centre of every tile are exact decimals and tiles never shift.
 */
import type { Place, TilePlane } from "@locus/client";
import type { View } from "./camera.ts";
import { decimal, float } from "./coordinates.ts";

export const side = 256;
const sideBits = 8;
/** Above this, all of the set fits into a handful of tiles. */
export const coarsest = 4;

export interface Spot {
  level: number;
  x: bigint;
  y: bigint;
}

/** What is asked of every tile alike; another one is another object. */
export interface Recipe {
  /** The constant of the Julia set; undefined: the Mandelbrot set. */
  julia: { re: string; im: string } | undefined;
  /** Planes beyond counts and fractions. */
  extra: readonly TilePlane[];
}

/** A computed tile: its planes, and what the reply said of them. */
export interface Tile extends Spot {
  key: string;
  /** The iteration limit that it was computed with. */
  limit: number;
  /** Iterations until escape; `inside` for what does not. */
  count: Uint32Array<ArrayBuffer>;
  /** The smooth part, 0 to 1. */
  fraction: Float32Array<ArrayBuffer>;
  /** Pixels from the set, and turns of the angle of escape; there when they were asked for. */
  distance?: Float32Array<ArrayBuffer> | undefined;
  angle?: Float32Array<ArrayBuffer> | undefined;
  escaped: number;
  interior: number;
  /** Pixels of which the limit was the end. */
  undecided: number;
  lowest: number | undefined;
  highest: number | undefined;
  iterations: number;
  /** Milliseconds that its place computed; unknown for what was not measured. */
  took?: number;
  /** Pixels that escaped in the last quarter before the limit: a sign that more would escape after it. */
  late: number;
  place: Place;
  /** The same tile with fewer iterations, shown until this one can be. */
  before?: Tile | undefined;
}

/** The count of a pixel that does not escape. */
export const inside = 0xffffffff;

export function keyOf({ level, x, y }: Spot): string {
  return `${level}/${x}/${y}`;
}

/** The tile that covers a tile some levels further up. */
export function above({ level, x, y }: Spot, levels: number): Spot {
  const shift = BigInt(levels);
  // Shifts of BigInt round down, also below zero, as tiles are numbered.
  return { level: level - levels, x: x >> shift, y: y >> shift };
}

/** Centre and step of a tile, as the operation takes them. */
export function geometry({ level, x, y }: Spot): { center: { re: string; im: string }; step: string } {
  const half = level - sideBits + 1;
  return {
    center: { re: decimal(2n * x + 1n, half), im: decimal(-(2n * y + 1n), half) },
    step: decimal(1n, level),
  };
}

/** Whether a tile has all that a recipe asks for. */
export function follows(tile: Tile, { extra }: Recipe): boolean {
  return extra.every((name) => name === "count" || name === "fraction" || tile[name] !== undefined);
}

/** The level whose pixels are nearest to those of the screen, with `ratio` device pixels in one of CSS. */
export function levelOf(view: View, ratio: number, finest: number): number {
  return Math.max(coarsest, Math.min(finest, Math.round(view.zoom + Math.log2(ratio))));
}

/** A tile's place on the screen, in device pixels from the top left corner. */
export interface Placed extends Spot {
  left: number;
  top: number;
  size: number;
}

/** The tiles of a level that a canvas of so many device pixels shows of a view. */
export function visible(view: View, level: number, width: number, height: number, ratio: number): Placed[] {
  const { re, im, bits } = view;
  const zoom = view.zoom + Math.log2(ratio);
  const scale = 2 ** (zoom - level);
  const size = side * scale;
  const unit = BigInt(bits - level + sideBits);
  const x0 = re >> unit;
  const y0 = -im >> unit;
  let left = width / 2 + float((x0 << unit) - re, zoom - bits);
  let top = height / 2 + float((y0 << unit) + im, zoom - bits);
  if (Math.abs(scale - 1) < 1e-6) {
    // One to one: a pixel of the tile is a pixel of the screen, nothing is filtered.
    left = Math.round(left);
    top = Math.round(top);
  }
  const placed: Placed[] = [];
  for (let y = Math.floor(-top / size); top + y * size < height; y++) {
    for (let x = Math.floor(-left / size); left + x * size < width; x++) {
      placed.push({ level, x: x0 + BigInt(x), y: y0 + BigInt(y), left: left + x * size, top: top + y * size, size });
    }
  }
  return placed;
}

/** Finished tiles, those out of sight for longest first to go. */
export class Tiles {
  readonly #all = new Map<string, Tile>();
  /** Tells whoever holds more of a tile that it is gone. */
  ondrop: (tile: Tile) => void = () => undefined;
  room: number;

  constructor(room: number) {
    this.room = room;
  }

  get size(): number {
    return this.#all.size;
  }

  get(spot: Spot): Tile | undefined {
    return this.#all.get(keyOf(spot));
  }

  /** Has been looked at. */
  touch(tile: Tile): void {
    this.#all.delete(tile.key);
    this.#all.set(tile.key, tile);
  }

  put(tile: Tile): void {
    const before = this.#all.get(tile.key);
    if (before) {
      this.#all.delete(tile.key);
      this.replaced(before);
      tile.before = before;
    }
    this.#all.set(tile.key, tile);
    for (const old of this.#all.values()) {
      if (this.#all.size <= this.room) return;
      this.#all.delete(old.key);
      this.replaced(old);
      this.ondrop(old);
    }
  }

  /** All of them go: they show another set. */
  clear(): void {
    for (const tile of this.#all.values()) {
      this.replaced(tile);
      this.ondrop(tile);
    }
    this.#all.clear();
  }

  /** What a tile was shown by before is not needed any more. */
  replaced(tile: Tile): void {
    if (tile.before) this.ondrop(tile.before);
    tile.before = undefined;
  }
}
