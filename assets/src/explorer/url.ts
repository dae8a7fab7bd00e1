/**
 * The whole view in the page's URL, after the #, which browsers send to nobody: centre, zoom, the constant of a Julia
 * set, colours, and a limit that was set. The same view gives the same text, so a link round-trips.
 */
import { bitsFor, outermost, type View } from "./camera.ts";
import { type Mode, modeOf } from "./colours/modes.ts";
import { parsed, rounded } from "./coordinates.ts";
import { highestLimit } from "./limit.ts";
import { paletteOf } from "./palettes.ts";
import { isUntuned, type Tuning, tuningOf } from "./tuning.ts";

/** What the URL says. */
export interface Address {
  view: View;
  /** The constant of the Julia set that is shown; undefined: the Mandelbrot set. */
  julia?: Constant | undefined;
  palette: string;
  /** Colours of a palette of one's own, as `colours/gradients.ts` writes them. */
  gradient?: string | undefined;
  tuning: Tuning;
  mode?: Mode | undefined;
  /** Undefined: automatic. */
  limit: number | undefined;
}

/** A point as decimals of any length. */
export interface Constant {
  re: string;
  im: string;
}

/** A zoom of 0 shows the set at 256 pixels a unit. */
export const base = 8;
const deepest = 4000;

/** The set, all of it, as the page opens. */
export function home(width: number, height: number): View {
  // The set is 2.5 wide and 2.3 high; a sixth around it stays free.
  const zoom = Math.log2(Math.max(1, Math.min(width / 3.3, height / 2.9)));
  const bits = bitsFor(zoom);
  return { re: -(3n << BigInt(bits)) / 4n, im: 0n, bits, zoom: Math.round(zoom * 100) / 100 };
}

/** Digits after the point that tell a sixteenth of a pixel. */
export function digitsFor(zoom: number): number {
  return Math.max(2, Math.ceil((zoom + 4) * Math.log10(2)));
}

/** The centre as the URL and the page say it. */
export function centre({ re, im, bits, zoom }: View): { re: string; im: string } {
  const digits = digitsFor(zoom);
  return { re: rounded(re, bits, digits), im: rounded(im, bits, digits) };
}

export function written({ view, julia, palette, gradient, tuning, mode, limit }: Address): string {
  const { re, im } = centre(view);
  const zoom = Number((view.zoom - base).toFixed(3));
  const constant = julia ? `&julia=${julia.re},${julia.im}` : "";
  const colours = gradient ? `&gradient=${gradient}` : "";
  const laid = isUntuned(tuning) ? "" : `&density=${tuning.density}&offset=${tuning.offset}`;
  const by = mode && mode !== "smooth" ? `&mode=${mode}` : "";
  const set = limit === undefined ? "" : `&limit=${limit}`;
  return `#re=${re}&im=${im}&zoom=${zoom}${constant}&palette=${palette}${colours}${laid}${by}${set}`;
}

/** What a URL's fragment says; undefined when it says no view. */
export function read(fragment: string): Address | undefined {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  const zoom = Number(fields.get("zoom") || Number.NaN) + base;
  if (!(zoom >= outermost - 10 && zoom <= deepest)) return undefined;
  const bits = bitsFor(zoom);
  const re = parsed(fields.get("re") ?? "", bits);
  const im = parsed(fields.get("im") ?? "", bits);
  if (re === undefined || im === undefined) return undefined;
  const limit = Number(fields.get("limit") ?? Number.NaN);
  return {
    view: { re, im, bits, zoom },
    julia: constantOf(fields.get("julia")),
    palette: paletteOf(fields.get("palette")).id,
    gradient: fields.get("gradient") ?? undefined,
    tuning: tuningOf(Number(fields.get("density") || 1), Number(fields.get("offset") || 0)),
    mode: modeOf(fields.get("mode")),
    limit: Number.isInteger(limit) && limit >= 1 && limit <= highestLimit ? limit : undefined,
  };
}

/** Bits that a constant is read with: doubles have no more below 4. */
const constantBits = 64;

/** "re,im" as a constant; undefined for what is none, or lies where every orbit escapes at once. */
export function constantOf(text: string | null): Constant | undefined {
  const [re, im, ...more] = (text ?? "").split(",").map((part) => parsed(part, constantBits));
  if (re === undefined || im === undefined || more.length > 0) return undefined;
  const edge = 4n << BigInt(constantBits);
  if (re > edge || re < -edge || im > edge || im < -edge) return undefined;
  return { re: rounded(re, constantBits, constantDigits), im: rounded(im, constantBits, constantDigits) };
}

/** The Mandelbrot set around a constant, as one sees where it lies. */
export function around({ re, im }: Constant): View {
  const zoom = base + 3;
  const bits = bitsFor(zoom);
  return { re: parsed(re, bits) ?? 0n, im: parsed(im, bits) ?? 0n, bits, zoom };
}

/** Digits of a constant: beyond doubles nothing changes. */
export const constantDigits = 16;
