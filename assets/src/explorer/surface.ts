/** What draws tiles: by WebGL2, or in two dimensions where there is none. */
import type { Paint } from "./colours/colour.ts";
import type { Tile } from "./tiles.ts";

/** A part of a tile and where it goes, in device pixels; `u` to `v` and `size` are parts of the tile. */
export interface Quad {
  tile: Tile;
  left: number;
  top: number;
  width: number;
  /** The part's corner and length in the tile, 0 to 1. */
  u: number;
  v: number;
  part: number;
}

export type Rgb = readonly [number, number, number];

/** Borders in the colours of the places, or none. */
export type Borders = Readonly<Record<Tile["place"], Rgb>> | undefined;

export interface Surface {
  readonly kind: "webgl2" | "2d";
  /** A frame begins: tiles are prepared until `deadline`, by `performance.now()`. */
  begin(deadline: number): void;
  /** Whether the tile can be drawn now; prepares it while there is time. */
  prepare(tile: Tile): boolean;
  /** Whether the frame left work for the next one. */
  readonly behind: boolean;
  draw(quads: readonly Quad[], borders: Borders): void;
  /** From now on everything is shown in these colours, old ones until the new are ready. */
  paint(paint: Paint): void;
  resize(width: number, height: number): void;
  forget(tile: Tile): void;
  destroy(): void;
}
