// A call's inputs on their way to the server: small ones in the call's own
// frame, large ones by digest, so that the server gets their bytes once.

import { LocusError } from "../errors.ts";
import { type Input, padding } from "../frame.ts";
import { type InputData, sizeOf } from "../transports/transport.ts";
import { NotKept, type Uploads } from "./uploads.ts";

/** Bytes of an input that always travels in the frame. */
export const SMALL = 64 << 10;

/** Who names blobs, and who sends them. */
export interface Keeper {
  digest(blob: Blob): Promise<string>;
  uploads: Uploads;
}

interface Named {
  digest: string;
  blob: Blob;
}

export class Inputs {
  /** Bytes that uploads have taken. */
  moved_bytes = 0;
  /** Milliseconds that they have taken. */
  moving_ms = 0;
  readonly #inputs: readonly InputData[];
  /** Which of them go by digest. */
  #named: (Named | undefined)[] = [];
  #asked = false;

  constructor(inputs: readonly InputData[]) {
    this.#inputs = inputs;
  }

  /** Whether some may go by digest. */
  static areLarge(inputs: readonly InputData[]): boolean {
    return inputs.some((input) => sizeOf(input) > SMALL);
  }

  /** Whether some do. */
  get byDigest(): boolean {
    return this.#named.some((named) => named);
  }

  /** The inputs that go by digest, with their digests. */
  get named(): { input: InputData; digest: string }[] {
    return this.#inputs.flatMap((input, index) => {
      const digest = this.#named[index]?.digest;
      return digest === undefined ? [] : [{ input, digest }];
    });
  }

  /** What the call's header says of them, and what comes behind it. */
  parts(): { inputs: Input[]; lengths: number[]; payloads: BlobPart[] } {
    const inline = this.#inputs.filter((_, index) => !this.#named[index]);
    let payload = 0;
    const inputs = this.#inputs.map((input, index) => {
      const digest = this.#named[index]?.digest;
      return digest === undefined ? { payload: payload++ } : { digest, length: sizeOf(input) };
    });
    // Files stay where they are until the network takes them.
    const payloads = inline.flatMap((input) => [input as BlobPart, new Uint8Array(padding(sizeOf(input)))]);
    return { inputs, lengths: inline.map(sizeOf), payloads };
  }

  /** Names the large ones, and sees to it that the server has them; else all go in the frame. */
  async send(keeper: Keeper, signal: AbortSignal, onProgress: (fraction: number) => void): Promise<void> {
    const naming = this.#inputs.map(async (input) => {
      if (sizeOf(input) <= SMALL) return undefined;
      // A buffer may change while it is read; a blob of it does not.
      const blob = input instanceof Blob ? input : new Blob([input as BlobPart]);
      return { blob, digest: await keeper.digest(blob) };
    });
    try {
      this.#named = await within(signal, Promise.all(naming));
    } catch (error) {
      // A page that can't hash can still send.
      if (error instanceof LocusError && error.code === "unavailable") return;
      throw error;
    }
    await this.#upload(keeper.uploads, signal, onProgress);
  }

  /** The server lacks one of them after all: it gets them, or the second time all of them in the frame. */
  async again(keeper: Keeper, signal: AbortSignal, onProgress: (fraction: number) => void): Promise<void> {
    if (this.#asked) {
      this.#named = [];
      return;
    }
    this.#asked = true;
    for (const named of this.#named) if (named) keeper.uploads.forget(named.digest);
    await this.#upload(keeper.uploads, signal, onProgress);
  }

  async #upload(uploads: Uploads, signal: AbortSignal, onProgress: (fraction: number) => void): Promise<void> {
    const began = performance.now();
    // Each blob once, however many inputs it is.
    const blobs = new Map(this.#named.flatMap((named) => (named ? [[named.digest, named.blob] as const] : [])));
    const total = [...blobs.values()].reduce((sum, { size }) => sum + size, 0);
    const arrived = new Map<string, number>();
    const stop = new AbortController();
    const wish = AbortSignal.any([signal, stop.signal]);
    try {
      const sent = await Promise.all(
        Array.from(blobs, async ([digest, blob]) => {
          const tell = (bytes: number) => {
            arrived.set(digest, bytes);
            onProgress(Array.from(arrived.values()).reduce((sum, bytes) => sum + bytes, 0) / total);
          };
          return uploads.ensure(digest, blob, { signal: wish, onProgress: tell });
        }),
      );
      this.moved_bytes += sent.reduce((sum, bytes) => sum + bytes, 0);
    } catch (error) {
      stop.abort();
      if (!(error instanceof NotKept)) throw error;
      this.#named = [];
      throw error;
    } finally {
      this.moving_ms += performance.now() - began;
    }
  }
}

/** Waits for what can't be stopped itself. */
function within<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
