// The server as a transport: a call is one POST, whose answer is a sequence of
// frames, any number of `progress` and last the `reply`. Closing the
// connection cancels.

import { aborted, LocusError, wordsOf } from "../errors.ts";
import { CONTENT_TYPE, type Frame, FrameError, FrameReader, padding, writePrefix } from "../frame.ts";
import type { ErrorBody } from "../generated/index.ts";
import type { Health } from "./health.ts";
import { type Answer, type Request, sizeOf, type Transport } from "./transport.ts";

/** Times that a call asks again when the server has no room. */
const RETRIES = 3;
/** Milliseconds that one Retry-After may make a call wait. */
const LONGEST_WAIT = 5_000;
/** Milliseconds by which the server may miss the deadline before we stop listening. */
const DEADLINE_GRACE = 2_000;

export class ServerTransport implements Transport {
  readonly place = "server";
  readonly #url: string;
  readonly #health: Health;
  #id = 0;

  constructor(url: string, health: Health) {
    this.#url = url;
    this.#health = health;
  }

  /** Calls the server, asking again a few times while it has no room. */
  async call(request: Request, patience = RETRIES): Promise<Answer> {
    const until = performance.now() + request.deadlineMs;
    for (let attempt = 0; ; attempt++) {
      const began = performance.now();
      try {
        const answer = await this.#once({ ...request, deadlineMs: Math.max(1, Math.round(until - began)) });
        answer.queued_ms += began - (until - request.deadlineMs);
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

  async #once(request: Request): Promise<Answer> {
    const { operation, parameters, inputs, limits, deadlineMs, signal } = request;
    const prefix = writePrefix(
      {
        kind: "call",
        id: this.#id++,
        operation,
        parameters,
        inputs: inputs.map((_, payload) => ({ payload })),
        deadline_ms: deadlineMs,
        limits,
      },
      inputs.map(sizeOf),
    );
    // A blob of parts: files stay where they are until the network takes them.
    const parts = inputs.flatMap((input) => [input as BlobPart, new Uint8Array(padding(sizeOf(input)))]);
    const body = new Blob([prefix, ...parts]);
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
            return {
              ...resultOf(frame, response),
              threads: 1,
              queued_ms: 0,
              moved_bytes: body.size + received,
              moving_ms: answered - sent + (ended - replied),
              computed_ms: replied - answered,
            };
          }
        }
        // The reply's header is there, its payloads are on their way.
        if (reader.pending?.header.kind === "reply") replied ||= performance.now();
      }
      throw new LocusError("unavailable", "the server closed the connection before its reply was whole");
    } catch (error) {
      if (signal?.aborted) throw aborted();
      if (late.aborted)
        throw new LocusError("deadline_exceeded", `the call had not ended after ${deadlineMs} ms`, {
          deadline_ms: deadlineMs,
        });
      if (error instanceof LocusError) throw error;
      if (error instanceof FrameError)
        throw new LocusError("invalid_frame", `the server's answer is not valid: ${error.message}`);
      throw new LocusError("unavailable", `the server can't be reached: ${wordsOf(error)}`);
    }
  }
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
