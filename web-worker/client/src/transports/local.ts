// This browser's engines as a transport: frames by postMessage.

import type { Part } from "../engines/messages.ts";
import type { JobReply, Lane, Pool } from "../engines/pool.ts";
import { LocusError } from "../errors.ts";
import { readPrefix, writePrefix } from "../frame.ts";
import { type Estimate, OPERATIONS } from "../generated/index.ts";
import { type Answer, type InputData, type Request, sizeOf, type Transport } from "./transport.ts";

/** Bytes of each input that an estimate sees. */
const HEAD = 64 << 10;

const passing = new WeakSet<Blob>();

/** The same bytes as a blob of which engines keep nothing, for a call that has no next one. Nothing is copied. */
export function once(blob: Blob): Blob {
  const same = blob.slice(0, blob.size, blob.type);
  passing.add(same);
  return same;
}

export class LocalTransport implements Transport {
  readonly place = "local";
  readonly #pool: Pool;
  /** A blob never changes, so which one it is names its bytes. */
  readonly #keys = new WeakMap<Blob, string>();
  #named = 0;
  #id = 0;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The name under which engines keep what they made of an input; buffers may change and have none. */
  keyOf(input: InputData): string | undefined {
    if (!(input instanceof Blob) || passing.has(input)) return undefined;
    const key = this.#keys.get(input) ?? `blob ${++this.#named}`;
    this.#keys.set(input, key);
    return key;
  }

  /** Whether an engine seems to have kept what was made of an input, by that operation or by any. */
  holds(input: InputData, operation?: string): boolean {
    const key = input instanceof Blob ? this.#keys.get(input) : undefined;
    return key !== undefined && this.#pool.holds(key, operation);
  }

  async call(request: Request): Promise<Answer> {
    const { operation, parameters, inputs, limits, deadlineMs, priority, estimate, signal } = request;
    const keys = inputs.map((input) => this.keyOf(input));
    const prefix = writePrefix(
      {
        kind: "call",
        id: this.#id++,
        operation,
        parameters,
        inputs: keys.map((key, payload) => ({ payload, key })),
        limits,
      },
      inputs.map(sizeOf),
    );
    const phases = OPERATIONS.find(({ name }) => name === operation)?.phases ?? [];
    const reply = await this.#pool.run({
      operation,
      lane: estimate?.parallel ? "wide" : "solo",
      priority,
      parts: [prefix, ...inputs.map(partOf)],
      keys: keys.filter((key) => key !== undefined),
      units: estimate && { cold: estimate.units_cold, warm: estimate.units_warm },
      deadlineMs,
      signal,
      onBegun: request.onBegun,
      onProgress: (value) => request.onProgress(phases[Math.floor(value)], value % 1),
    });
    const { queued_ms, computed_ms, threads, payloads } = reply;
    return { result: resultOf(reply), payloads, threads, queued_ms, computed_ms, moved_bytes: 0, moving_ms: 0 };
  }

  /** Asks what a call would take, from the heads of its inputs. */
  async estimate(
    operation: string,
    parameters: object,
    inputs: readonly InputData[],
    deadlineMs: number,
    signal?: AbortSignal,
  ): Promise<Estimate> {
    const heads = inputs.map((input) =>
      partOf(input instanceof Blob ? input.slice(0, HEAD) : bytesOf(input).subarray(0, HEAD)),
    );
    const prefix = writePrefix(
      {
        kind: "estimate",
        id: this.#id++,
        operation,
        parameters,
        inputs: inputs.map((input, payload) => ({ payload, length: sizeOf(input) })),
      },
      heads.map(sizeOf),
    );
    const lane: Lane = "estimate";
    const job = {
      operation: `estimate of ${operation}`,
      lane,
      priority: 0,
      parts: [prefix, ...heads],
      deadlineMs,
      signal,
    };
    return resultOf(await this.#pool.run(job)) as Estimate;
  }
}

function resultOf(reply: JobReply): unknown {
  const header = readPrefix(reply.prefix)?.header;
  if (header?.kind !== "reply") throw new LocusError("internal", "the engine's answer is no reply");
  if (header.error) throw new LocusError(header.error.code, header.error.message, header.error.details);
  return header.result;
}

/**
 * An input as a worker can be sent it. Of a view, `postMessage` would copy the
 * whole buffer that it looks into, and shared memory it would share.
 */
function partOf(input: InputData): Part {
  if (input instanceof Blob) return input;
  const bytes = bytesOf(input);
  return bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
    ? (bytes as Uint8Array<ArrayBuffer>)
    : bytes.slice();
}

function bytesOf(input: ArrayBuffer | Uint8Array): Uint8Array {
  return input instanceof Uint8Array ? input : new Uint8Array(input);
}
