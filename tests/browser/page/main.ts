// A page with nothing on it but the client, for tests to call.

import { createLocus, type Locus, LocusError, type Ran } from "@locus/client";

/** How a promise ended, in a form that can leave the page. */
export interface Ended<T = unknown> {
  value?: T;
  /** An error's stable code, or its name where it has none. */
  code?: string;
  message?: string;
  details?: Record<string, unknown>;
  ran?: Ran;
  /** Milliseconds from `settled` to the end. */
  ms: number;
}

declare global {
  interface Window {
    locus: Locus;
    createLocus: typeof createLocus;
    settled<T>(promise: Promise<T>): Promise<Ended<T>>;
    sleep(milliseconds: number): Promise<void>;
    /** Waits until `condition` holds. */
    until(condition: () => boolean, milliseconds?: number): Promise<void>;
  }
}

window.createLocus = createLocus;
window.locus = createLocus();
window.sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

window.until = async (condition, milliseconds = 10_000) => {
  const end = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`still not so after ${milliseconds} ms: ${condition}`);
    await window.sleep(5);
  }
};

window.settled = async (promise) => {
  const began = performance.now();
  const ms = () => performance.now() - began;
  try {
    return { value: await promise, ms: ms() };
  } catch (error) {
    if (error instanceof LocusError) {
      const { code, message, details, ran } = error;
      return { code, message, details, ...(ran && { ran }), ms: ms() };
    }
    return { code: (error as Error).name, message: (error as Error).message, ms: ms() };
  }
};

document.title = "ready";
