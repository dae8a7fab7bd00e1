// What the page offers to the driver in node.

import type { Estimate, Operations, Place, Preference } from "@locus/client";

/** A call as the driver writes it down; the input is named. */
export interface Wanted {
  operation: keyof Operations;
  parameters: object;
  /** Name of one of the chosen files. */
  file?: string;
}

export interface Took {
  place: Place;
  reason: string;
  total_ms: number;
  computed_ms: number;
  reply_bytes: number;
  input_bytes: number;
}

declare global {
  interface Window {
    /** Runs calls one after the other, on files that neither place has seen. */
    run(calls: Wanted[], prefer: Preference): Promise<Took[]>;
    /** The codec is loaded, and an engine has run. */
    ready(): Promise<void>;
    estimate(call: Wanted): Promise<Estimate | undefined>;
    /** Milliseconds that a fixed loop takes in a worker. */
    loop(): Promise<number>;
  }
}
