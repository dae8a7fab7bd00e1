/** What the page and the raster worker say to each other. */

/** Side of a square tile in pixels. */
export const tileSide = 512;

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
  | { type: "tile"; id: number; key: number; depth: number; column: number; row: number }
  | { type: "thumbnail"; id: number; key: number; side: number }
  | { type: "drop"; key: number };

export type Response = { id: number; bitmap: ImageBitmap } | { id: number; missing: string };
