// Asks the server, in the background, what placement wants to know: how long a
// round trip takes, how many bytes go through, how busy it is. Asks only while
// calls are being placed, and as little as `Link` says.

import type { Beliefs } from "../placement/beliefs.ts";
import { LOOK_MS, type Probe } from "../placement/link.ts";
import type { Health } from "./health.ts";

/** Milliseconds after which a probe has told enough. */
const TIMEOUT_MS = 15_000;

export class Scout {
  readonly #url: URL;
  readonly #beliefs: Beliefs;
  readonly #health: Health;
  readonly #isPlacing: () => boolean;
  #asking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * `api`: URL of the server's API, with a slash at its end. `isPlacing`:
   * whether calls that were placed are under way.
   */
  constructor(api: URL, beliefs: Beliefs, health: Health, isPlacing: () => boolean) {
    this.#url = new URL("probe", api);
    this.#beliefs = beliefs;
    this.#health = health;
    this.#isPlacing = isPlacing;
  }

  /** A call is being placed: asks what is worth asking now, and while it runs. */
  look(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (this.#isPlacing()) this.look();
    }, LOOK_MS);
    if (this.#asking || this.#health.state === "none" || this.#health.state === "down") return;
    const probe = this.#beliefs.link.probe(performance.now());
    if (probe) void this.#ask(probe);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  async #ask(probe: Probe): Promise<void> {
    this.#asking = true;
    try {
      const ms = await this.#measure(probe);
      this.#beliefs.link.probed(probe, ms, performance.now());
      if (probe.kind === "round") this.#beliefs.learnQueue(this.#health.aheadMs);
    } catch {
      this.#beliefs.link.unreachable();
      return;
    } finally {
      this.#asking = false;
    }
    // A test has several steps.
    this.look();
  }

  #measure(probe: Probe): Promise<number> {
    switch (probe.kind) {
      case "round":
        return this.#round();
      case "down":
        return this.#down(probe.bytes);
      case "up":
        return this.#up(probe.bytes);
    }
  }

  async #round(): Promise<number> {
    const began = performance.now();
    const state = await this.#health.probe();
    if (state !== "up" && state !== "warming") throw new Error("the server is away");
    return performance.now() - began;
  }

  /** Milliseconds in which so many bytes come down, without the way there. */
  async #down(bytes: number): Promise<number> {
    const url = new URL(this.#url);
    url.searchParams.set("bytes", String(bytes));
    const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok || !response.body) throw new Error("the server has no probe");
    const reader = response.body.getReader();
    let first: { at: number; bytes: number } | undefined;
    let seen = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      seen += value.length;
      first ??= { at: performance.now(), bytes: seen };
    }
    return first ? scaled(performance.now() - first.at, seen - first.bytes, bytes) : 0;
  }

  /** The same for bytes that go up; the server takes the time. */
  async #up(bytes: number): Promise<number> {
    const body = new Uint8Array(bytes);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(this.#url, { method: "POST", body, cache: "no-store", signal });
    if (!response.ok) throw new Error("the server has no probe");
    const arrived = (await response.json()) as { bytes: number; ms: number };
    return scaled(arrived.ms, arrived.bytes, bytes);
  }
}

/** What `bytes` take, of which `seen` took so long; next to nothing where all came at once. */
function scaled(ms: number, seen: number, bytes: number): number {
  return seen > 0 ? (ms * bytes) / seen : 0;
}
