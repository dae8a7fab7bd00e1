// What both places look like to the rest: a request goes in, an answer comes
// out, or a LocusError or AbortError is thrown.

import type { Estimate, Limits } from "../generated/index.ts";
import type { Transfer } from "../placement/beliefs.ts";
import type { Place } from "../placement.ts";

/** What a caller may hand in: a file is read where it is needed, bytes are copied. */
export type InputData = Blob | ArrayBuffer | Uint8Array;

export interface Request {
  operation: string;
  parameters: object;
  inputs: readonly InputData[];
  limits: Limits;
  /** Milliseconds that are left. */
  deadlineMs: number;
  /** Higher goes first. */
  priority: number;
  /** What it would take, where that is known. */
  estimate: Estimate | undefined;
  signal: AbortSignal | undefined;
  /** The place has taken the call up. */
  onBegun(): void;
  onProgress(phase: string | undefined, fraction: number): void;
  /** The result is there, its bytes are on their way. */
  onReceiving?(): void;
}

/** A reply that is a result; errors are thrown. */
export interface Answer {
  result: unknown;
  payloads: Uint8Array<ArrayBuffer>[];
  threads: number;
  /** Milliseconds before the place began. */
  queued_ms: number;
  /** Bytes that went over the network, both ways. */
  moved_bytes: number;
  /** Milliseconds in which bytes went over the network and nothing was computed. */
  moving_ms: number;
  computed_ms: number;
  /** Milliseconds of the exchange alone: without large inputs, waiting, computing, and the reply's way. */
  round_ms?: number | undefined;
  /** Large inputs that went up before the call. */
  sent?: Transfer | undefined;
  /** The reply, from its first byte to its last. */
  received?: Transfer | undefined;
}

export interface Transport {
  readonly place: Place;
  call(request: Request): Promise<Answer>;
}

export function sizeOf(input: InputData): number {
  return input instanceof Blob ? input.size : input.byteLength;
}
