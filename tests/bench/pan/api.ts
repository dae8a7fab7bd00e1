// What the page offers to the driver in node.

export interface Screen {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Shown {
  /** From asking to having the pixels, as a bitmap. */
  milliseconds: number;
  threads: number;
  /** Mean of the red, green and blue samples, to tell that pictures are the same. */
  mean: number;
}

declare global {
  interface Window {
    /** Another file with the picture's bytes, which no place has seen; where `place` says, they are brought there. */
    fresh(place: "local" | "server"): Promise<void>;
    /** Looks at all of the picture, as large as a screen. */
    overview(place: "local" | "server"): Promise<void>;
    /** Looks at a part of it at 1:1. */
    show(screen: Screen, place: "local" | "server"): Promise<Shown>;
  }
}
