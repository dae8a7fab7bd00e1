// What the test page offers to tests, as types.

import type { createLocus, Locus, Ran } from "@locus/client";
import type { Posters } from "./posters.ts";

/** How a promise ended, in a form that can leave the page. */
export interface Ended<T = unknown> {
  value?: T;
  /** An error's stable code, or its name where it has none. */
  code?: string;
  message?: string;
  details?: Readonly<Record<string, unknown>>;
  ran?: Ran;
  /** Milliseconds from `settled` to the end. */
  ms: number;
}

declare global {
  interface Window {
    /** A client made with the defaults. */
    locus: Locus;
    createLocus: typeof createLocus;
    posters: Posters;
    settled<T>(promise: Promise<T>): Promise<Ended<T>>;
    sleep(milliseconds: number): Promise<void>;
    /** Waits until `condition` holds, 10 s at most if not told otherwise. */
    until(condition: () => boolean, milliseconds?: number): Promise<void>;
    /** The file that the test has put into the page's input. */
    chosen(): File;
    /** SHA-256 of bytes, in hexadecimal. */
    digest(bytes: Uint8Array<ArrayBuffer> | undefined): Promise<string>;
  }
}
