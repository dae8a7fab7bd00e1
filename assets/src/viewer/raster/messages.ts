/** What the page and the raster worker say to each other. */
import type { Edit, Extent, Look } from "./look.ts";
import type { Difference, Histogram } from "./measure.ts";

/** Side of a square tile in pixels. */
export const tileSide = 512;

/** Red, green, blue, alpha: 0..255. */
export type Pixel = readonly [number, number, number, number];

/** What is asked for, and what is answered to it. */
export interface Questions {
  tile: { ask: { key: number; depth: number; column: number; row: number; look: Look }; answer: ImageBitmap };
  /** All of a raster, no larger than `most` (pixels of the screen): a film's frame is drawn without scaling then. */
  whole: { ask: { key: number; look: Look; most: Extent | undefined }; answer: ImageBitmap };
  thumbnail: { ask: { key: number; side: number; look: Look }; answer: ImageBitmap };
  measure: { ask: { key: number; edit: Edit }; answer: Histogram };
  /** A pixel of what is looked at. */
  sample: { ask: { key: number; edit: Edit; x: number; y: number }; answer: Pixel | undefined };
  /** Puts the amplified difference of two rasters under the key `result`. */
  compare: { ask: { key: number; other: number; result: number; gain: number }; answer: Difference };
}

export type Question = {
  [Name in keyof Questions]: { type: Name; id: number } & Questions[Name]["ask"];
}[keyof Questions];

export type Request =
  | {
      type: "put";
      key: number;
      width: number;
      height: number;
      opaque: boolean;
      /** The buffer moves to the worker; the pixels begin at `offset` and a row takes `rowBytes`. */
      buffer: ArrayBuffer;
      offset: number;
      rowBytes: number;
    }
  | { type: "drop"; key: number }
  | Question;

export type Response = { id: number; answer: Questions[keyof Questions]["answer"] } | { id: number; missing: string };
