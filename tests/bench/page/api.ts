// What the page offers to the driver in node.

/** One decode, from the file's bytes in the page to RGBA in the page. */
export interface Decoded {
  milliseconds: number;
  width: number;
  height: number;
  threads: number | undefined;
  /** Red, green and blue, 0 to 1, at points of a grid: enough to see that decoders agree. */
  points: number[];
}

export interface Bench {
  isolated: boolean;
  decoders: string[];
  /** Fetches the file that the next decodes are of. */
  open(url: string): Promise<void>;
  /** Rejects when the decoder can't. */
  decode(decoder: string): Promise<Decoded>;
}

declare global {
  interface Window {
    bench: Bench;
  }
}
