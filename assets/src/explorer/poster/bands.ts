/**
 * A poster in tiles: bands of rows from the top, each a row of tiles. What a tile stands for is an exact decimal, so that
 * a poster does not depend on how it is cut.
 */
import type { Center, TileParameters } from "@locus/client";

/** Where a poster lies. */
export interface PosterView {
  /** Its middle. */
  center: Center;
  /** Width of one of its pixels in the complex plane, a decimal. */
  step: string;
  /** The constant of a Julia set, where it is a part of one. */
  julia?: Center | undefined;
}

export interface Size {
  width: number;
  height: number;
}

/** Large enough that calls cost nothing beside them, small enough that a pause is soon one. */
export const tileWidth = 512;
export const tileHeight = 256;

/** A part of the poster, in its pixels. */
export interface Part extends Size {
  /** Which band it belongs to. */
  band: number;
  x: number;
  y: number;
}

/** All parts, in the order in which they are wanted. */
export function* parts({ width, height }: Size): Generator<Part> {
  for (let y = 0; y < height; y += tileHeight) {
    for (let x = 0; x < width; x += tileWidth) {
      yield {
        band: y / tileHeight,
        x,
        y,
        width: Math.min(tileWidth, width - x),
        height: Math.min(tileHeight, height - y),
      };
    }
  }
}

/** A part as a call, with so many more pixels on each side. */
export function geometry(
  { center, step, julia }: PosterView,
  size: Size,
  part: Part,
  margin: number,
): Pick<TileParameters, "center" | "step" | "size" | "julia"> {
  return {
    center: {
      re: moved(center.re, 2 * part.x + part.width - size.width, step),
      im: moved(center.im, size.height - 2 * part.y - part.height, step),
    },
    step,
    size: { width: part.width + 2 * margin, height: part.height + 2 * margin },
    ...(julia && { julia }),
  };
}

/** `start + halves · step / 2`, every digit of it. */
export function moved(start: string, halves: number, step: string): string {
  const [from, by] = [decimal(start), decimal(step)];
  const places = Math.max(from.places, by.places + 1);
  const scaled = ({ digits, places: own }: Decimal) => digits * 10n ** BigInt(places - own);
  // A half is five tenths.
  const sum = scaled(from) + scaled({ digits: by.digits * 5n * BigInt(halves), places: by.places + 1 });
  return places === 0 ? sum.toString() : `${sum}e-${places}`;
}

/** `digits · 10^-places`. */
interface Decimal {
  digits: bigint;
  places: number;
}

function decimal(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,5}))?$/i.exec(text);
  const [, sign, whole = "", rest = "", power = "0"] = match ?? [];
  if (whole + rest === "") throw new RangeError(`no decimal number: ${text}`);
  const digits = BigInt(`${sign === "-" ? "-" : ""}${whole}${rest}`);
  const places = rest.length - Number(power);
  return places >= 0 ? { digits, places } : { digits: digits * 10n ** BigInt(-places), places: 0 };
}
