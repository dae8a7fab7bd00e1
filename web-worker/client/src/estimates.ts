// What calls would take, told by a small wasm of its own: the codec's
// estimates without its decoders, so that choosing the server doesn't
// download the codec first. It reads the heads of the inputs and is done in
// well under a millisecond, less than a message to a worker and back takes.

import { fetchBuild } from "./engines/codec.ts";
import { aborted, LocusError } from "./errors.ts";
import { readPrefix, writeFrame } from "./frame.ts";
import type { Estimate } from "./generated/index.ts";
import { type InputData, sizeOf } from "./transports/transport.ts";

/** What `estimates/src/lib.rs` exports. */
interface Exports {
  memory: WebAssembly.Memory;
  locus_alloc(length: number): number;
  locus_estimate(frame: number, length: number): number;
  locus_free(): void;
}

/** Bytes of each input that an estimate sees. */
const HEAD = 64 << 10;
/** Milliseconds before what could not be loaded is tried again. */
const PATIENCE_MS = 10_000;

export class Estimates {
  readonly #base: string;
  #loading: Promise<Exports | undefined> | undefined;
  #failed = -Infinity;

  /** `base`: URL of the folder with the codec's browser builds. */
  constructor(base: string) {
    this.#base = base;
  }

  /** Loads the wasm, so that the first estimate need not wait. Call it after first paint. */
  async warm(): Promise<void> {
    await this.#load();
  }

  /**
   * What a call would take; `undefined` when it can't be told: the wasm can't
   * be loaded, or something is wrong with the call, which running it says
   * better. Rejects with an `AbortError` once `signal` is aborted.
   */
  async estimate(
    operation: string,
    parameters: object,
    inputs: readonly InputData[] = [],
    signal?: AbortSignal,
  ): Promise<Estimate | undefined> {
    if (signal?.aborted) throw aborted();
    const [exports, heads] = await Promise.all([this.#load(), Promise.all(inputs.map(headOf))]);
    if (signal?.aborted) throw aborted();
    if (!exports || !heads.every((head) => head !== undefined)) return undefined;
    const call = { kind: "estimate", id: 0, operation, parameters } as const;
    const frame = writeFrame(
      { ...call, inputs: inputs.map((input, payload) => ({ payload, length: sizeOf(input) })) },
      heads,
    );
    try {
      const header = readPrefix(answer(exports, frame))?.header;
      return header?.kind === "reply" && !header.error ? (header.result as Estimate) : undefined;
    } catch {
      // It trapped, and what is left of the instance is not to be trusted.
      this.#loading = undefined;
      return undefined;
    }
  }

  #load(): Promise<Exports | undefined> {
    if (!this.#loading && performance.now() - this.#failed > PATIENCE_MS) {
      this.#loading = instantiate(this.#base).catch(() => {
        this.#failed = performance.now();
        this.#loading = undefined;
        return undefined;
      });
    }
    return this.#loading ?? Promise.resolve(undefined);
  }
}

async function instantiate(base: string): Promise<Exports> {
  const { module } = await fetchBuild(base, "estimates", "locus_estimates.wasm");
  const { exports } = await WebAssembly.instantiate(module);
  return exports as unknown as Exports;
}

/** The reply's frame; it has no payloads. */
function answer(exports: Exports, frame: Uint8Array): Uint8Array {
  const { memory, locus_alloc, locus_estimate, locus_free } = exports;
  const at = locus_alloc(frame.length) >>> 0;
  if (at === 0) throw new LocusError("out_of_memory", "there is no memory for an estimate");
  new Uint8Array(memory.buffer, at, frame.length).set(frame);
  // First the answer, then the buffer: memory that has grown is another one.
  const told = locus_estimate(at, frame.length) >>> 0;
  // A count, then pointer and length of each part.
  const parts = new Uint32Array(memory.buffer, told, 3);
  const reply = new Uint8Array(memory.buffer, parts[1], parts[2]).slice();
  locus_free();
  return reply;
}

/** The beginning of an input; `undefined` for a file that can't be read. */
async function headOf(input: InputData): Promise<Uint8Array | undefined> {
  if (input instanceof Blob) {
    const head = await input
      .slice(0, HEAD)
      .arrayBuffer()
      .catch(() => undefined);
    return head && new Uint8Array(head);
  }
  return (input instanceof Uint8Array ? input : new Uint8Array(input)).subarray(0, HEAD);
}
