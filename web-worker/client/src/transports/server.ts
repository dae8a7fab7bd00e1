// The server as a transport: a call is one POST, whose answer is a sequence of
// frames, any number of `progress` and last the `reply`. Closing the
// connection cancels. Large inputs go before it, unless the server has them.

import { Hasher } from "../blobs/hasher.ts";
import { Inputs, type Keeper, SMALL } from "../blobs/inputs.ts";
import { NotKept, Uploads } from "../blobs/uploads.ts";
import { Affinity } from "../engines/affinity.ts";
import { aborted, LocusError, wordsOf } from "../errors.ts";
import { CONTENT_TYPE, type Frame, FrameError, FrameReader, writePrefix } from "../frame.ts";
import type { ErrorBody } from "../generated/index.ts";
import type { Health } from "./health.ts";
import { measured, timingOf } from "./timing.ts";
import type { Answer, InputData, Request, Transport } from "./transport.ts";

/** Times that a call asks again when the server has no room. */
const RETRIES = 3;
/** Milliseconds that one Retry-After may make a call wait. */
const LONGEST_WAIT = 5_000;
/** Milliseconds by which the server may miss the deadline before we stop listening. */
const DEADLINE_GRACE = 2_000;
/** Milliseconds for which a server is thought to keep what it made of an input. */
const KEEPS = 25_000;
/** The server's runners, of which one can't see which does what. */
const RUNNERS = { kind: "runner", state: "" };
/** The phase of a call whose inputs are being sent. */
const UPLOAD = "upload";

export class ServerTransport implements Transport {
  readonly place = "server";
  readonly #url: string;
  readonly #health: Health;
  readonly #hasher: Hasher | undefined;
  readonly #keeper: Keeper;
  /** Digests of blobs that went by digest. */
  readonly #digests = new WeakMap<Blob, string>();
  readonly #affinity = new Affinity<typeof RUNNERS>();
  /** Milliseconds of the last small exchange, without what the server did. */
  #round: number | undefined;
  #id = 0;

  /** `api`: URL of the server's API, with a slash at its end. */
  constructor(api: string, health: Health, keeper?: Keeper) {
    this.#url = new URL("call", api).href;
    this.#health = health;
    if (keeper) {
      this.#keeper = keeper;
    } else {
      const hasher = new Hasher();
      this.#hasher = hasher;
      this.#keeper = {
        digest: (blob) => hasher.digest(blob),
        uploads: new Uploads(new URL("blobs/", api).href),
      };
    }
  }

  /** Whether the server has the bytes of an input, as far as this page knows. */
  has(input: InputData): boolean {
    const digest = this.#digestOf(input);
    return digest !== undefined && this.#keeper.uploads.has(digest);
  }

  /** Whether the server seems to have kept what was made of an input, by that operation or by any. */
  holds(input: InputData, operation?: string): boolean {
    const digest = this.#digestOf(input);
    return digest !== undefined && this.#affinity.holds(digest, operation, performance.now() - KEEPS);
  }

  /** Calls the server, asking again a few times while it has no room. */
  async call(request: Request, patience = RETRIES): Promise<Answer> {
    const start = performance.now();
    const until = start + request.deadlineMs;
    const inputs = new Inputs(request.inputs);
    for (let attempt = 0; ; attempt++) {
      try {
        if (attempt === 0 && this.#health.blobs !== false && Inputs.areLarge(request.inputs))
          await this.#bring(request, until, (...how) => inputs.send(this.#keeper, ...how));
        const { answer, posted } = await this.#post(request, until, inputs);
        answer.queued_ms += posted - start - inputs.moving_ms;
        answer.moving_ms += inputs.moving_ms;
        answer.moved_bytes += inputs.moved_bytes;
        if (inputs.moved_bytes > SMALL)
          answer.sent = { bytes: inputs.moved_bytes, ms: Math.max(inputs.moving_ms - (this.#round ?? 0), 0.1) };
        this.#remember(request, inputs, answer);
        this.#health.learn("up");
        return answer;
      } catch (error) {
        if (!(error instanceof LocusError)) throw error;
        if (error.code === "unavailable") this.#health.learn("down");
        else if (error.code === "warming") this.#health.learn("warming");
        else this.#health.learn("up");
        const wait = error instanceof NoRoom ? error.retryAfterMs : undefined;
        if (wait === undefined || attempt >= patience || performance.now() + wait >= until) throw error;
        await sleep(wait, request.signal);
      }
    }
  }

  close(): void {
    this.#hasher?.close();
  }

  #digestOf(input: InputData): string | undefined {
    return input instanceof Blob ? this.#digests.get(input) : undefined;
  }

  /** Takes note of what the server has now. */
  #remember({ operation, estimate }: Request, inputs: Inputs, { computed_ms }: Answer): void {
    const keys = inputs.named.map(({ digest }) => digest);
    const units = estimate && { cold: estimate.units_cold, warm: estimate.units_warm };
    this.#affinity.ended(RUNNERS, { operation, keys, units }, computed_ms);
  }

  /** Posts the call, again when the server turns out to lack an input. */
  async #post(request: Request, until: number, inputs: Inputs): Promise<{ answer: Answer; posted: number }> {
    for (;;) {
      const posted = performance.now();
      try {
        const deadlineMs = Math.max(1, Math.round(until - posted));
        return { answer: await this.#once({ ...request, deadlineMs }, inputs), posted };
      } catch (error) {
        if (!(error instanceof LocusError && error.code === "need_blob" && inputs.byDigest)) throw error;
        for (const { digest } of inputs.named) this.#affinity.forget(digest);
        await this.#bring(request, until, (...how) => inputs.again(this.#keeper, ...how));
      }
    }
  }

  /** Brings inputs to the server, as long as the call may take. */
  async #bring(
    request: Request,
    until: number,
    bring: (signal: AbortSignal, onProgress: (fraction: number) => void) => Promise<void>,
  ): Promise<void> {
    const { signal } = request;
    const late = AbortSignal.timeout(Math.max(1, Math.round(until - performance.now())));
    try {
      await bring(signal ? AbortSignal.any([signal, late]) : late, (fraction) => request.onProgress(UPLOAD, fraction));
    } catch (error) {
      if (signal?.aborted) throw aborted();
      if (late.aborted) throw tooLate(request.deadlineMs);
      // Then the call brings them itself.
      if (!(error instanceof NotKept)) throw error;
      if (error.status === 404) this.#health.blobs = false;
    }
  }

  async #once(request: Request, carried: Inputs): Promise<Answer> {
    const { operation, parameters, limits, deadlineMs, signal } = request;
    const { inputs, lengths, payloads } = carried.parts();
    for (const { input, digest } of carried.named) if (input instanceof Blob) this.#digests.set(input, digest);
    const prefix = writePrefix(
      {
        kind: "call",
        id: this.#id++,
        operation,
        parameters,
        inputs,
        deadline_ms: deadlineMs,
        limits,
      },
      lengths,
    );
    // A blob goes through the browser's registry of blobs, which takes longer than a small call.
    const body = payloads.length === 0 ? prefix : new Blob([prefix, ...payloads]);
    const asked = body instanceof Blob ? body.size : body.length;
    const late = AbortSignal.timeout(deadlineMs + DEADLINE_GRACE);

    const sent = performance.now();
    let replied = 0;
    let answered = 0;
    let received = 0;
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: { "content-type": CONTENT_TYPE },
        body,
        cache: "no-store",
        signal: signal ? AbortSignal.any([signal, late]) : late,
      });
      answered = performance.now();
      if (response.headers.get("content-type")?.split(";")[0] !== CONTENT_TYPE || !response.body) {
        throw new LocusError("unavailable", `the server answered ${response.status}, and not with frames`);
      }
      request.onBegun();
      const reader = new FrameReader();
      const chunks = response.body.getReader();
      for (;;) {
        const { done, value } = await chunks.read();
        if (done) break;
        received += value.length;
        for (const frame of reader.push(value)) {
          if (frame.header.kind === "progress") request.onProgress(frame.header.phase, frame.header.fraction);
          else if (frame.header.kind === "reply") {
            const ended = performance.now();
            replied ||= ended;
            void drain(chunks);
            const timing = timingOf(response.headers.get("server-timing"));
            const seen = { asked, sent, answered, replied, ended, received };
            const times = measured(seen, timing, this.#round);
            this.#round = times.round_ms ?? this.#round;
            return { ...resultOf(frame, response), threads: 1, moved_bytes: asked + received, ...times };
          }
        }
        // The reply's header is there, its payloads are on their way.
        if (reader.pending?.header.kind === "reply" && !replied) {
          replied = performance.now();
          request.onReceiving?.();
        }
      }
      throw new LocusError("unavailable", "the server closed the connection before its reply was whole");
    } catch (error) {
      if (signal?.aborted) throw aborted();
      if (late.aborted) throw tooLate(deadlineMs);
      if (error instanceof LocusError) throw error;
      if (error instanceof FrameError)
        throw new LocusError("invalid_frame", `the server's answer is not valid: ${error.message}`);
      throw new LocusError("unavailable", `the server can't be reached: ${wordsOf(error)}`);
    }
  }
}

function tooLate(deadlineMs: number): LocusError {
  const words = `the call had not ended after ${deadlineMs} ms`;
  return new LocusError("deadline_exceeded", words, { deadline_ms: deadlineMs });
}

/** A server that has no room, and says when it may have. */
class NoRoom extends LocusError {
  readonly retryAfterMs: number;

  constructor(error: ErrorBody, retryAfterMs: number) {
    super(error.code, error.message, error.details);
    this.retryAfterMs = retryAfterMs;
  }
}

function resultOf({ header, payloads }: Frame, response: Response): Pick<Answer, "result" | "payloads"> {
  if (header.kind !== "reply") throw new LocusError("internal", "the server's answer is no reply");
  const { error } = header;
  if (!error) return { result: header.result, payloads };
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  if (response.status === 503 && seconds >= 0) throw new NoRoom(error, Math.min(seconds * 1000, LONGEST_WAIT));
  throw new LocusError(error.code, error.message, error.details);
}

/** Reads to the end, which is near, so that the connection serves the next call too. */
async function drain(chunks: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    while (!(await chunks.read()).done);
  } catch {
    // The reply is there; how the connection ends matters to nobody.
  }
}

function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(aborted());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
