/**
 * The whole view in the page's URL, after the #, which browsers send to nobody: centre, zoom, palette
 * and how it is laid, and a limit that was set. The same view gives the same text, so a link round-trips.
 */
import { bitsFor, outermost, type View } from "./camera.ts";
import { parsed, rounded } from "./coordinates.ts";
import { highestLimit } from "./limit.ts";
import { paletteOf } from "./palettes.ts";
import { isUntuned, type Tuning, tuningOf } from "./tuning.ts";

/** What the URL says. */
export interface Address {
  view: View;
  palette: string;
  tuning: Tuning;
  /** Undefined: automatic. */
  limit: number | undefined;
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

export function written({ view, palette, tuning, limit }: Address): string {
  const { re, im } = centre(view);
  const zoom = Number((view.zoom - base).toFixed(3));
  const laid = isUntuned(tuning) ? "" : `&density=${tuning.density}&offset=${tuning.offset}`;
  return `#re=${re}&im=${im}&zoom=${zoom}&palette=${palette}${laid}${limit === undefined ? "" : `&limit=${limit}`}`;
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
    palette: paletteOf(fields.get("palette")).id,
    tuning: tuningOf(Number(fields.get("density") || 1), Number(fields.get("offset") || 0)),
    limit: Number.isInteger(limit) && limit >= 1 && limit <= highestLimit ? limit : undefined,
  };
}
