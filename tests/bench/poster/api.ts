// What the page offers to the driver in node.

/** A poster to be made. */
export interface PosterWish {
  center: { re: string; im: string };
  step: string;
  /** Pixels a side. */
  side: number;
  limit: number;
}

/** How it went. */
export interface PosterMade {
  milliseconds: number;
  iterations: number;
  bytes: number;
  /** What the file says of its making is what was asked for. */
  told: boolean;
}

declare global {
  interface Window {
    /** Makes a poster into the page's own files. */
    make(wish: PosterWish): Promise<PosterMade>;
    /** Pixels that are computed so far. */
    pixels: number;
  }
}
