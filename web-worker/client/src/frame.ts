// Frames, byte for byte as the Rust crate `protocol` reads and writes them:
// `LOC1`, a u32 header length, a JSON header padded with spaces so that
// payloads begin on a multiple of 16, then the payloads, each padded with
// zeros to 16.

import type { ErrorBody, Limits } from "./generated/index.ts";

const MAGIC = 0x31434f4c; // "LOC1", little-endian
const FIXED = 8;
export const ALIGNMENT = 16;
export const MAX_HEADER = 1 << 20;
export const MAX_PAYLOADS = 4096;
export const CONTENT_TYPE = "application/vnd.locus.frames";

/** One input of a call: bytes in the frame, or a blob by its digest. `key` names the bytes for what engines keep. */
export type Input =
  | { payload: number; digest?: string; length?: number; key?: string | undefined }
  | { digest: string; length?: number };

export interface CallHeader {
  kind: "call" | "estimate";
  id: number;
  operation: string;
  parameters?: object;
  inputs?: Input[];
  deadline_ms?: number;
  limits?: Limits;
}

export interface ProgressHeader {
  kind: "progress";
  id: number;
  phase?: string;
  /** 0 to 1 within the phase. */
  fraction: number;
}

export interface CancelHeader {
  kind: "cancel";
  id: number;
}

export type ReplyHeader =
  | { kind: "reply"; id: number; result: unknown; error?: undefined }
  | { kind: "reply"; id: number; error: ErrorBody; result?: undefined };

export type Header = CallHeader | ProgressHeader | CancelHeader | ReplyHeader;

export interface Frame {
  header: Header;
  /** The payloads, without padding. */
  payloads: Uint8Array<ArrayBuffer>[];
}

/** A frame's header, and where its payloads lie. */
export interface Prefix {
  header: Header;
  /** Length of each payload in bytes, without padding. */
  payloads: number[];
  /** Bytes from the frame's start to its first payload. */
  length: number;
}

/** The bytes are not the frame that they should be. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

/** Zero bytes that follow `length` bytes up to the next multiple of 16. */
export function padding(length: number): number {
  return (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
}

/**
 * The bytes of a frame up to its first payload. `payloads` are the lengths of
 * what the writer sends next, each followed by `padding` zeros.
 */
export function writePrefix(header: Header, payloads: readonly number[]): Uint8Array<ArrayBuffer> {
  if (payloads.length > MAX_PAYLOADS)
    throw new FrameError(`the frame has ${payloads.length} payloads, ${MAX_PAYLOADS} are allowed`);
  const json = new TextEncoder().encode(JSON.stringify(payloads.length ? { ...header, payloads } : header));
  const length = FIXED + json.length + padding(FIXED + json.length);
  if (length - FIXED > MAX_HEADER)
    throw new FrameError(`the header has ${length - FIXED} bytes, ${MAX_HEADER} are allowed`);
  const bytes = new Uint8Array(length).fill(0x20);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, length - FIXED, true);
  bytes.set(json, FIXED);
  return bytes;
}

/** A whole frame in one buffer. */
export function writeFrame(header: Header, payloads: readonly Uint8Array[] = []): Uint8Array<ArrayBuffer> {
  const prefix = writePrefix(
    header,
    payloads.map((payload) => payload.length),
  );
  const length = payloads.reduce((sum, payload) => sum + payload.length + padding(payload.length), prefix.length);
  const bytes = new Uint8Array(length);
  bytes.set(prefix);
  let at = prefix.length;
  for (const payload of payloads) {
    bytes.set(payload, at);
    at += payload.length + padding(payload.length);
  }
  return bytes;
}

/** Reads a prefix from the start of `bytes`; `undefined` when more are needed. */
export function readPrefix(bytes: Uint8Array): Prefix | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let index = 0; index < Math.min(bytes.length, 4); index++) {
    if (bytes[index] !== ((MAGIC >>> (8 * index)) & 0xff)) throw new FrameError("a frame begins with the bytes LOC1");
  }
  if (bytes.length < FIXED) return undefined;
  const header = view.getUint32(4, true);
  if (header > MAX_HEADER) throw new FrameError(`the header has ${header} bytes, ${MAX_HEADER} are allowed`);
  const length = FIXED + header;
  if (length % ALIGNMENT !== 0)
    throw new FrameError(`a header of ${header} bytes does not end on a multiple of ${ALIGNMENT}`);
  if (bytes.length < length) return undefined;
  return { ...parseHeader(bytes.subarray(FIXED, length)), length };
}

/** Reads exactly one frame; its payloads are views of `bytes`. */
export function readFrame(bytes: Uint8Array<ArrayBuffer>): Frame {
  const prefix = readPrefix(bytes);
  if (!prefix) throw new FrameError(`the frame is cut off after ${bytes.length} bytes`);
  let at = prefix.length;
  const payloads = prefix.payloads.map((length) => {
    const payload = bytes.subarray(at, at + length);
    at += length + padding(length);
    return payload;
  });
  if (at > bytes.length) throw new FrameError(`the frame is cut off: ${bytes.length} bytes of ${at}`);
  if (at < bytes.length) throw new FrameError(`${bytes.length - at} bytes follow the end of the frame`);
  return { header: prefix.header, payloads };
}

/**
 * Reads a sequence of frames from chunks as they arrive. Takes memory in
 * proportion to what has arrived, whatever lengths a header claims.
 */
export class FrameReader {
  readonly #maximum: number;
  /** The bytes of a prefix that is not whole yet. */
  #head: Uint8Array = new Uint8Array(0);
  #prefix: Prefix | undefined;
  #payloads: Uint8Array<ArrayBuffer>[] = [];
  #room: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** Bytes of the current payload that have arrived. */
  #filled = 0;
  /** Padding bytes that still have to go by. */
  #skip = 0;

  /** `maximum`: bytes that the payloads of one frame may have together. */
  constructor(maximum = 2 ** 32) {
    this.#maximum = maximum;
  }

  /** The prefix of the frame whose payloads are arriving. */
  get pending(): Prefix | undefined {
    return this.#prefix;
  }

  /** Takes the next bytes, and returns the frames that they complete. */
  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = [];
    let rest = chunk;
    for (;;) {
      if (!this.#prefix) {
        rest = this.#readHead(rest);
        if (!this.#prefix) return frames;
      }
      rest = this.#readPayloads(rest);
      const prefix: Prefix = this.#prefix;
      if (this.#payloads.length < prefix.payloads.length || this.#skip > 0) return frames;
      frames.push({ header: prefix.header, payloads: this.#payloads });
      this.#prefix = undefined;
      this.#payloads = [];
    }
  }

  /** Says that no more bytes come. */
  end(): void {
    if (this.#prefix || this.#head.length > 0) throw new FrameError("the last frame is cut off");
  }

  #readHead(chunk: Uint8Array): Uint8Array {
    const before = this.#head.length;
    let head: Uint8Array = chunk;
    // Mostly a head comes whole, and with it the beginning of payloads that need not be copied.
    if (before > 0) {
      head = new Uint8Array(before + chunk.length);
      head.set(this.#head);
      head.set(chunk, before);
    }
    const prefix = readPrefix(head);
    if (!prefix) {
      this.#head = head;
      return chunk.subarray(chunk.length);
    }
    const bytes = prefix.payloads.reduce((sum, length) => sum + length, 0);
    if (bytes > this.#maximum) throw new FrameError(`the frame carries ${bytes} bytes, ${this.#maximum} are allowed`);
    this.#prefix = prefix;
    this.#head = new Uint8Array(0);
    this.#begin();
    return chunk.subarray(prefix.length - before);
  }

  /** Makes room for the next payload, passing over empty ones. */
  #begin(): void {
    const next = () => this.#prefix?.payloads[this.#payloads.length];
    while (next() === 0) this.#payloads.push(new Uint8Array(0));
    this.#filled = 0;
    this.#room = new Uint8Array(Math.min(next() ?? 0, 1 << 20));
  }

  #readPayloads(chunk: Uint8Array): Uint8Array {
    let rest = chunk;
    for (;;) {
      const skipped = Math.min(this.#skip, rest.length);
      this.#skip -= skipped;
      rest = rest.subarray(skipped);
      const length = this.#prefix?.payloads[this.#payloads.length];
      if (rest.length === 0 || length === undefined) return rest;

      if (this.#filled === this.#room.length) {
        const larger = new Uint8Array(Math.min(length, this.#room.length * 4));
        larger.set(this.#room);
        this.#room = larger;
      }
      const taken = Math.min(this.#room.length - this.#filled, rest.length);
      this.#room.set(rest.subarray(0, taken), this.#filled);
      this.#filled += taken;
      rest = rest.subarray(taken);
      if (this.#filled === length) {
        this.#payloads.push(this.#room);
        this.#skip = padding(length);
        this.#begin();
      }
    }
  }
}

function parseHeader(json: Uint8Array): { header: Header; payloads: number[] } {
  let header: unknown;
  try {
    // Not straight from the view: a TextDecoder refuses shared memory.
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json.slice()));
  } catch (error) {
    throw new FrameError(`the header is not valid: ${error instanceof Error ? error.message : error}`);
  }
  if (!isObject(header)) throw invalid("it is an object");
  const payloads = header.payloads === undefined ? [] : header.payloads;
  if (!Array.isArray(payloads) || !payloads.every(isCount)) throw invalid("`payloads` are lengths in bytes");
  if (payloads.length > MAX_PAYLOADS)
    throw new FrameError(`the frame has ${payloads.length} payloads, ${MAX_PAYLOADS} are allowed`);
  check(header, payloads.length);
  const { payloads: _, ...rest } = header;
  return { header: rest as unknown as Header, payloads };
}

/** Holds a header to what its kind has to have. */
function check(header: Record<string, unknown>, payloads: number): void {
  if (!isCount(header.id)) throw invalid("`id` is an integer from 0 to 2^53 - 1");
  switch (header.kind) {
    case "call":
    case "estimate":
      if (typeof header.operation !== "string") throw invalid("a call names its `operation`");
      if (is(header.parameters) && !isObject(header.parameters)) throw invalid("`parameters` is a JSON object");
      for (const input of (header.inputs ?? []) as unknown[]) checkInput(input, payloads);
      return;
    case "progress":
      if (typeof header.fraction !== "number") throw invalid("progress has a `fraction`");
      return;
    case "cancel":
      return;
    case "reply": {
      const { result, error } = header;
      if (is(result) === is(error)) throw invalid("a reply has either `result` or `error`");
      if (is(error) && !(isObject(error) && typeof error.code === "string" && typeof error.message === "string")) {
        throw invalid("an error has a `code` and a `message`");
      }
      return;
    }
    default:
      throw invalid("its `kind` is call, estimate, progress, cancel or reply");
  }
}

function checkInput(input: unknown, payloads: number): void {
  if (!isObject(input) || !(is(input.payload) || is(input.digest)))
    throw invalid("an input names a payload or a digest");
  const { payload, digest } = input;
  if (is(payload) && !(isCount(payload) && payload < payloads))
    throw invalid("an input names a payload that is not there");
  if (is(digest) && !(typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest))) {
    throw invalid("a digest is written sha256: and 64 lower-case hexadecimal digits");
  }
}

function invalid(what: string): FrameError {
  return new FrameError(`the header is not valid: ${what}`);
}

/** Whether an optional field is there; null is how some writers leave one out. */
function is(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
