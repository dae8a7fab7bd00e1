/**
 * Where somebody wants to go, as they type or paste it: a link, the figures that the page copies, or numbers in a row. What
 * cannot be understood is named.
 */
import { bitsFor, outermost, type View } from "../camera.ts";
import { parsed } from "../coordinates.ts";
import { highestLimit } from "../limit.ts";
import { type Address, base, read } from "../url.ts";

/** The panel's fields, as typed. */
export interface Fields {
  re: string;
  im: string;
  /** Magnification: 1 is as the page opens. */
  zoom: string;
  /** Empty: automatic. */
  limit: string;
}

/** For each field what is wrong with it. */
export type Faults = Partial<Record<keyof Fields, string>>;

/** Part of the plane beyond which there is nothing to be seen. */
const edge = 2.5;
/** The deepest that doubles draw anywhere, in powers of two. */
const deepest = 49;

/** A pasted link or row of numbers; undefined when it is neither, and so may be a single number for one field. */
export function pasted(text: string): { address: Address } | { fields: Fields } | undefined {
  const link = /#?\bre=[^\s"'<>]+/.exec(text);
  const address = link ? read(link[0]) : undefined;
  if (address) return { address };
  const parts = text
    .trim()
    .replace(/[−–]/g, "-")
    // "-0.75 + 0.1 i", as mathematicians write it.
    .replace(/([\d.])\s*([+-])\s*([\d.]+(?:e[+-]?\d+)?)\s*\*?\s*i\b/i, "$1 $2$3")
    .replace(/\b(re|im|zoom|iterations|limit)\b\s*[:=]?/gi, " ")
    .split(/[\s,;]+/)
    .filter(Boolean);
  if (parts.length < 2) return undefined;
  const [re = "", im = "", zoom = "", limit = "", ...more] = parts;
  if (more.length > 0) return undefined;
  return { fields: { re, im, zoom, limit } };
}

/** The view that the fields say, or what is wrong with which. */
export function destination(fields: Fields): { view: View; limit: number | undefined } | { faults: Faults } {
  const faults: Faults = {};
  const times = /^[×x*]?\s*([\d.,]+(?:e[+-]?\d+)?)\s*[×x*]?$/i.exec(fields.zoom.trim() || "1")?.[1];
  const zoom = Math.log2(Number(times?.replaceAll(",", ""))) + base;
  if (!Number.isFinite(zoom)) faults.zoom = `“${fields.zoom}” is no magnification: a number above 0, such as 1e6`;
  else if (zoom < outermost) faults.zoom = "Further out there is nothing more to be seen: at least 0.125";
  else if (zoom > deepest)
    faults.zoom = `Numbers of 64 bits end before that: at most ${(2 ** (deepest - base)).toPrecision(2)}`;
  const bits = bitsFor(Math.min(deepest, Math.max(outermost, zoom || 0)));
  const part = (name: "re" | "im", words: string): bigint => {
    const value = parsed(fields[name].replace(/[−–]/g, "-").replace(/\s*\*?\s*i$/i, ""), bits);
    if (value === undefined)
      faults[name] = fields[name].trim() ? `“${fields[name]}” is no number` : `${words} is missing`;
    else if (Math.abs(Number(value) / 2 ** bits) > edge) faults[name] = "Nothing lies out there: from −2.5 to 2.5";
    return value ?? 0n;
  };
  const re = part("re", "The real part");
  const im = part("im", "The imaginary part");
  const digits = fields.limit.trim().replace(/[,\s]/g, "");
  const limit = digits === "" || /^auto/i.test(digits) ? undefined : Number(digits);
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= highestLimit)) {
    faults.limit = `“${fields.limit}” is no limit: a whole number from 1 to ${highestLimit.toLocaleString("en")}, or nothing`;
  }
  return Object.keys(faults).length > 0 ? { faults } : { view: { re, im, bits, zoom }, limit };
}
