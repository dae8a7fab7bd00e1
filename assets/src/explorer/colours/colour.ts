/**
 * A pixel's colour from what is known of it: a place on the palette's ring, and a shade. What is drawn in two dimensions
 * goes through here; `gl.ts` says the same in the graphics card's language, and a test compares them.
 */
import { type Palette, table, tableSize } from "../palettes.ts";
import { inside } from "../tiles.ts";
import type { Tuning } from "../tuning.ts";
import type { Mode } from "./modes.ts";
import { rankAt } from "./ranks.ts";

/** How tiles are coloured. */
export interface Paint {
  palette: Palette;
  tuning: Tuning;
  mode: Mode;
  /** For the mode `histogram`: what part of the pixels lies below each count. */
  ranks: Float32Array<ArrayBuffer> | undefined;
}

/** What is known of a rectangle of pixels. */
export interface Planes {
  /** Pixels of a row. */
  side: number;
  /** Binary logarithm of pixels for one unit of the plane. */
  level: number;
  count: Uint32Array;
  fraction: Float32Array;
  distance?: Float32Array | undefined;
  angle?: Float32Array | undefined;
}

/** Height of the light over the hills: the higher, the softer the shadows. */
export const light = 1.5;
/** Pixels from the set within which the mode `distance` is dark. */
export const thread = 1.5;
/** How much darker a pixel is that escaped just before another count begins, in the mode `angle`. */
export const band = 0.3;

const black = 0xff000000;

/** The mode that a tile can be shown in: without the plane that another one needs, its counts. */
export function shown(mode: Mode, planes: Pick<Planes, "distance" | "angle">, ranks: unknown): Mode {
  if (mode === "distance" && !planes.distance) return "smooth";
  if (mode === "angle" && !planes.angle) return "smooth";
  if (mode === "histogram" && !ranks) return "smooth";
  return mode;
}

/** Turns of the ring for one unit of what a mode measures. */
export function turns(mode: Mode, { palette, tuning }: Pick<Paint, "palette" | "tuning">): number {
  switch (mode) {
    case "histogram":
      return tuning.density;
    case "angle":
      // Whole turns: there is no seam where one turn of the angle ends.
      return Math.max(1, Math.round(tuning.density));
    default:
      return palette.turns * tuning.density;
  }
}

/** Where the ring begins. */
export function start({ palette, tuning }: Pick<Paint, "palette" | "tuning">): number {
  return (palette.start + tuning.offset) % 1;
}

/** Colours pixels; made once for a paint, as it holds the ring's table. */
export class Painter {
  readonly #paint: Paint;
  readonly #ring: Uint32Array;

  constructor(paint: Paint) {
    this.#paint = paint;
    this.#ring = new Uint32Array(table(paint.palette).buffer);
  }

  /** Writes the pixels of `rows` rows from `first` on, as RGBA in the machine's order. */
  rows(planes: Planes, first: number, rows: number, pixels: Uint32Array): void {
    const paint = this.#paint;
    const mode = shown(paint.mode, planes, paint.ranks);
    const density = turns(mode, paint);
    const begin = start(paint);
    const from = first * planes.side;
    const { count, fraction, side, level } = planes;
    const distance = planes.distance as Float32Array;
    const angle = planes.angle as Float32Array;
    for (let at = 0; at < rows * side; at++) {
      const index = from + at;
      const whole = count[index] as number;
      if (whole === inside) {
        pixels[at] = black;
        continue;
      }
      const part = fraction[index] as number;
      let measure: number;
      let shade = 1;
      switch (mode) {
        case "smooth":
          measure = Math.sqrt(whole + part);
          break;
        case "slope":
          measure = Math.sqrt(whole + part);
          shade = lit(count, fraction, side, index);
          break;
        case "distance": {
          const away = distance[index] as number;
          measure = level - Math.log2(Math.max(away, 1e-6));
          shade = smoothstep(away / thread);
          break;
        }
        case "histogram":
          measure = rankAt(paint.ranks as Float32Array, whole + part);
          break;
        case "angle":
          measure = angle[index] as number;
          shade = 1 - band * part;
          break;
      }
      const turn = measure * density + begin;
      const colour = this.#ring[Math.floor((turn - Math.floor(turn)) * tableSize)] as number;
      pixels[at] = shade === 1 ? colour : shaded(colour, shade);
    }
  }
}

function smoothstep(value: number): number {
  const x = Math.max(0, Math.min(1, value));
  return x * x * (3 - 2 * x);
}

function shaded(colour: number, shade: number): number {
  const part = (shift: number) => Math.round(((colour >> shift) & 255) * shade) << shift;
  return (part(0) | part(8) | part(16) | black) >>> 0;
}

/**
 * Light on the counts as hills, from the upper left: only their direction counts, not how steep they are, so that it
 * looks alike at every depth.
 */
function lit(count: Uint32Array, fraction: Float32Array, side: number, index: number): number {
  const x = index % side;
  const y = (index - x) / side;
  const here = count[index] as number;
  const there = (at: number) => ((count[at] as number) === inside ? index : at);
  const left = x > 0 ? there(index - 1) : index;
  const right = x < side - 1 ? there(index + 1) : index;
  const above = y > 0 ? there(index - side) : index;
  const below = index + side < count.length ? there(index + side) : index;
  // Counts are subtracted as whole numbers: as floats, large ones would swallow the fractions.
  const slope = (from: number, to: number) =>
    ((count[to] as number) - (count[from] as number) + ((fraction[to] as number) - (fraction[from] as number))) /
    (from !== index && to !== index ? 2 : 1);
  const dx = slope(left, right);
  const dy = slope(above, below);
  const steep = Math.hypot(dx, dy);
  const facing = steep > 0 && here !== inside ? (dx + dy) / (steep * Math.SQRT2) : 0;
  return (facing + light) / (1 + light);
}
