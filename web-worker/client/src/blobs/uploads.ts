// What the server has of this page's blobs, and how it gets what it lacks:
// once, however many calls want it, and on from where a connection dropped.

import { aborted, isAbort, LocusError, wordsOf } from "../errors.ts";
import { type Answered, ask as askServer, type Send, send as sendBlob } from "./send.ts";

/** Times in a row that an upload may break off without having come further. */
const TRIES = 4;
/** Milliseconds before the first of these goes on; each next one waits twice as long. */
const PAUSE = 250;
/** Times that the server may find that what it has of a blob is wrong. */
const RESTARTS = 1;
/**
 * Bytes of a request: the fewest, and the most. It is as many as go in some
 * seconds: where a connection drops, browsers by themselves repeat the request.
 */
const PIECE = { least: 4 << 20, most: 16 << 20, ms: 2_000 };

/** The server does not want the blob; the call can still bring the bytes itself. */
export class NotKept extends Error {
  override readonly name = "NotKept";
  readonly status: number;

  constructor(status: number) {
    super(`the server answered ${status}`);
    this.status = status;
  }
}

export interface Wish {
  signal: AbortSignal;
  /** How many of the blob's bytes are there. Not called when all were. */
  onProgress(bytes: number): void;
}

interface Going {
  wishes: Set<Wish>;
  stop: AbortController;
  arrived: number | undefined;
  /** The bytes that it took. */
  sent: Promise<number>;
  /** Whether a call has these on its account already. */
  counted: boolean;
}

export class Uploads {
  readonly #base: string;
  readonly #send: Send;
  readonly #ask: typeof askServer;
  /** Digests of what the server had when it was last heard of. */
  readonly #there = new Set<string>();
  readonly #going = new Map<string, Going>();

  /** `base`: URL below which blobs are, with a slash at its end. */
  constructor(base: string, send: Send = sendBlob, ask: typeof askServer = askServer) {
    this.#base = base;
    this.#send = send;
    this.#ask = ask;
  }

  /** Whether the server had it when it was last heard of. */
  has(digest: string): boolean {
    return this.#there.has(digest);
  }

  /** The server turned out not to have it. */
  forget(digest: string): void {
    this.#there.delete(digest);
  }

  /**
   * Returns when the server has the blob: how many bytes this has taken, which
   * of calls that waited for the same upload one is told.
   *
   * Rejects with `NotKept`, a `LocusError` that says `unavailable`, or an AbortError.
   */
  async ensure(digest: string, blob: Blob, wish: Wish): Promise<number> {
    if (wish.signal.aborted) throw aborted();
    if (this.#there.has(digest)) return 0;
    const going = this.#going.get(digest) ?? this.#begin(digest, blob);
    going.wishes.add(wish);
    if (going.arrived !== undefined) wish.onProgress(going.arrived);
    const abandoned = new Promise<never>((_, reject) => {
      wish.signal.addEventListener("abort", () => reject(aborted()), { once: true });
    });
    try {
      const sent = await Promise.race([going.sent, abandoned]);
      if (going.counted) return 0;
      going.counted = true;
      return sent;
    } finally {
      going.wishes.delete(wish);
      if (going.wishes.size === 0) {
        // The next one who wants it must not join what is being stopped.
        if (this.#going.get(digest) === going) this.#going.delete(digest);
        going.stop.abort();
      }
    }
  }

  #begin(digest: string, blob: Blob): Going {
    const stop = new AbortController();
    const wishes = new Set<Wish>();
    const going: Going = { wishes, stop, arrived: undefined, counted: false, sent: Promise.resolve(0) };
    const tell = (bytes: number) => {
      going.arrived = bytes;
      for (const wish of wishes) wish.onProgress(bytes);
    };
    going.sent = this.#upload(`${this.#base}${digest}`, blob, stop.signal, tell).then((sent) => {
      this.#there.add(digest);
      return sent;
    });
    // Whoever waits hears of it; nobody may be left.
    const end = () => {
      if (this.#going.get(digest) === going) this.#going.delete(digest);
    };
    going.sent.then(end, end);
    this.#going.set(digest, going);
    return going;
  }

  /** Returns how many bytes went over the network, also in vain. */
  async #upload(url: string, blob: Blob, signal: AbortSignal, tell: (bytes: number) => void): Promise<number> {
    let from = await this.#offset(url, blob, signal);
    let sent = 0;
    let piece = PIECE.least;
    let restarts = 0;
    for (let tries = 0; from !== undefined; ) {
      tell(from);
      const before: number = from;
      const to = Math.min(before + piece, blob.size);
      const began = performance.now();
      let gone = 0;
      const onSent = (bytes: number) => {
        gone = bytes;
        tell(Math.min(before + bytes, to));
      };
      let answered: Answered | undefined;
      try {
        answered = await this.#send({ url, blob, from, to, signal, onSent });
      } catch (error) {
        if (isAbort(error)) throw error;
      }
      sent += gone;
      if (answered) {
        const { status, offset } = answered;
        if (status === 200 || status === 201) return sent;
        // Elsewhere is where it goes on: after the next piece, or where what the server has really ends.
        if ((status !== 202 && status !== 409) || offset === undefined) throw new NotKept(status);
        if (status === 409 && offset === 0 && restarts++ === RESTARTS) throw new NotKept(status);
        const bytesPerMs = gone / Math.max(performance.now() - began, 1);
        piece = Math.min(Math.max(Math.round(bytesPerMs * PIECE.ms), PIECE.least), PIECE.most);
        from = offset;
      } else {
        await sleep(PAUSE * 2 ** tries, signal);
        from = await this.#offset(url, blob, signal);
      }
      tries = from !== undefined && from > before ? 0 : tries + 1;
      if (tries === TRIES) throw new LocusError("unavailable", "the upload of an input breaks off again and again");
    }
    return sent;
  }

  /** From where on the server lacks bytes; `undefined` when it has them all. */
  async #offset(url: string, blob: Blob, signal: AbortSignal): Promise<number | undefined> {
    let answered: Answered;
    try {
      answered = await this.#ask(url, blob.size, signal);
    } catch (error) {
      if (isAbort(error)) throw error;
      throw new LocusError("unavailable", `the server can't be reached: ${wordsOf(error)}`);
    }
    if (answered.status === 200) return undefined;
    if (answered.status !== 202) throw new NotKept(answered.status);
    return answered.offset ?? 0;
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(aborted());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", abort, { once: true });
  });
}
