// What the page offers to the driver in node.

import type { Place, TileParameters } from "@locus/client";

/** A screen, from the first tile's call to the last one's reply. */
export interface Screen {
  milliseconds: number;
  iterations: number;
}

export interface TilesBench {
  /** Computes all tiles at once, here with so many engines, or on the server, whatever that has. */
  screen(place: Place, engines: number, tiles: TileParameters[]): Promise<Screen>;
}

declare global {
  interface Window {
    tiles: TilesBench;
  }
}
