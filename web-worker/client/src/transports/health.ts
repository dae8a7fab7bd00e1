// Whether the server serves: learned from calls, and from asking /v1/health
// when somebody wants to know. After a failure it asks again, less and less
// often, until the server is back.

export type ServerState = "none" | "unknown" | "up" | "down" | "warming";

/** Milliseconds between two questions: the first, and the longest. */
const FIRST = 1_000;
const LONGEST = 10_000;
/** Milliseconds after which no answer is one. */
const TIMEOUT = 5_000;

/** What /v1/health answers, as far as it matters here. */
interface HealthBody {
  status?: string;
  blobs?: number | null;
  ahead_ms?: number;
  runners?: { limit?: number };
}

export class Health {
  state: ServerState;
  /** Whether the server keeps blobs; `undefined` until it is known. */
  blobs: boolean | undefined;
  /** Milliseconds for which a new call would wait there, as it last said. */
  aheadMs = 0;
  /** Calls that it runs at once. */
  runners = 1;
  readonly #url: string | undefined;
  readonly #onChange: () => void;
  #wait = FIRST;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #probing: Promise<ServerState> | undefined;
  #closed = false;

  /** `url` of /v1/health; `undefined` when there is no server. */
  constructor(url: string | undefined, onChange: () => void) {
    this.#url = url;
    this.#onChange = onChange;
    this.state = url === undefined ? "none" : "unknown";
  }

  /** What is known, asking only if nothing is. */
  known(): Promise<ServerState> {
    return this.state === "unknown" ? this.probe() : Promise.resolve(this.state);
  }

  /** Asks the server. */
  probe(): Promise<ServerState> {
    if (this.#url === undefined || this.#closed) return Promise.resolve(this.state);
    this.#probing ??= this.#ask(this.#url).finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  /** Takes note of what a call has shown. */
  learn(state: "up" | "down" | "warming"): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    if (state === "up") {
      this.#wait = FIRST;
    } else {
      this.#timer = setTimeout(() => void this.probe(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, LONGEST);
    }
    if (state === this.state) return;
    this.state = state;
    this.#onChange();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #ask(url: string): Promise<ServerState> {
    try {
      const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT) });
      const { status, blobs, ahead_ms, runners } = (await response.json()) as HealthBody;
      this.blobs = typeof blobs === "number";
      this.aheadMs = ahead_ms ?? 0;
      this.runners = Math.max(1, runners?.limit ?? 1);
      this.learn(status === "ok" ? "up" : status === "warming" ? "warming" : "down");
    } catch {
      this.learn("down");
    }
    return this.state;
  }
}
