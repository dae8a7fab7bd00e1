// The one door: `call` an operation, and it runs in this browser or on the
// server, as the caller prefers and the places can.

import { loadCodec } from "./engines/codec.ts";
import { Engine } from "./engines/engine.ts";
import { Pool, type PoolSnapshot } from "./engines/pool.ts";
import { aborted, isAbort, LocusError } from "./errors.ts";
import { type Estimate, type Limits, OPERATIONS, type Operation, type Operations } from "./generated/index.ts";
import { isolation } from "./isolation.ts";
import { Painter } from "./paint/painter.ts";
import {
  fallOver,
  isIncapacity,
  memoryBudget,
  type Place,
  type Placement,
  type Preference,
  place,
} from "./placement.ts";
import { Speeds } from "./speed.ts";
import { type Readable, Store } from "./store.ts";
import { Health, type ServerState } from "./transports/health.ts";
import { LocalTransport } from "./transports/local.ts";
import { ServerTransport } from "./transports/server.ts";
import type { Answer, InputData, Request } from "./transports/transport.ts";

export interface LocusOptions {
  /** URL of the folder with the codec's browser builds, `plain` and `threads`. Default: `/codec/`. */
  codecBase?: string;
  /** URL of the server's API; `null` when there is none. Default: `/v1/`. */
  server?: string | null;
  /** Threads to use at most. Default: as many as there are cores. */
  threads?: number;
  /** Bytes of memory past which an idle engine is replaced. Default: 1 GiB. */
  highWaterBytes?: number;
}

/** Who goes first; a number for what lies between. */
export type Priority = "interactive" | "normal" | "background" | number;

export interface CallOptions {
  /** Default: `auto`. */
  prefer?: Preference | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Default: `normal`. */
  priority?: Priority | undefined;
  /** Milliseconds after which the call fails with `deadline_exceeded`. Default: 120,000. */
  deadlineMs?: number | undefined;
  limits?: Limits | undefined;
  /** What a call alike was estimated at: many small calls then ask once. Without it, the codec is asked. */
  estimate?: Estimate | undefined;
}

/** How far a call has come. The first comes when a place has begun. */
export interface Progress {
  /** One of the operation's phases. */
  phase?: string | undefined;
  /** 0 to 1 within the phase. */
  fraction: number;
  place: Place;
  /** Milliseconds since the place began. */
  elapsed_ms: number;
  /** Milliseconds that the place is expected to take in all. */
  expected_ms?: number | undefined;
}

/** Where a call ran, why there, and how long each part took. */
export interface Ran {
  place: Place;
  /** In words for people. */
  reason: string;
  threads: number;
  /** Milliseconds before the place began: choosing, waiting, asking again. */
  queued_ms: number;
  /** Bytes that went over the network, both ways. */
  moved_bytes: number;
  /** Milliseconds in which bytes went over the network and nothing was computed. */
  moving_ms: number;
  computed_ms: number;
  total_ms: number;
}

export interface Reply<Result = unknown> {
  result: Result;
  /** Not shared memory; their buffers may be transferred. */
  payloads: Uint8Array<ArrayBuffer>[];
  ran: Ran;
}

/** What a page may show of this browser's engines and of the server. */
export interface LocusState {
  /** Whether engines can have threads and shared memory. */
  isolated: boolean;
  /** Why not, in plain words. */
  isolation_reason?: string | undefined;
  /** Threads that a parallel call gets in this browser. */
  threads: number;
  codec: PoolSnapshot["codec"];
  engines: PoolSnapshot["engines"];
  server: ServerState;
}

const DEADLINE_MS = 120_000;
const PRIORITIES = { interactive: 2, normal: 1, background: 0 };

export function createLocus(options: LocusOptions = {}): Locus {
  return new Locus(options);
}

export class Locus {
  /** What a page may show; watching it asks the server how it is. */
  readonly state: Readable<LocusState>;
  readonly #state: Store<LocusState>;
  readonly #pool: Pool;
  readonly #local: LocalTransport;
  readonly #server: ServerTransport | undefined;
  readonly #health: Health;
  readonly #speeds = new Speeds();
  readonly #painter = new Painter();
  readonly #budget: number;
  readonly #resume = () => this.#health.probe();
  #noticed = false;

  constructor(options: LocusOptions) {
    const { isolated, reason } = isolation();
    const origin = globalThis.location?.href;
    const codecBase = new URL(options.codecBase ?? "/codec/", origin).href;
    const api = options.server === null ? undefined : new URL(options.server ?? "/v1/", origin);
    const memory = (globalThis.navigator as { deviceMemory?: number } | undefined)?.deviceMemory;
    this.#budget = memoryBudget(memory);
    this.#pool = new Pool({
      cores: Math.max(1, options.threads ?? globalThis.navigator?.hardwareConcurrency ?? 1),
      isolated,
      load: () => loadCodec(codecBase, isolated ? "threads" : "plain"),
      makeEngine: (kind, { base, module }, threads) => {
        const worker = new Worker(new URL("./engines/worker.ts", import.meta.url), {
          type: "module",
          name: `locus ${kind} engine`,
        });
        return new Engine({ kind, worker, base, module, threads, isolated });
      },
      onChange: () => this.#notice(),
      ...(options.highWaterBytes !== undefined && { highWaterBytes: options.highWaterBytes }),
    });
    this.#local = new LocalTransport(this.#pool);
    this.#health = new Health(api && new URL("health", api).href, () => this.#notice());
    this.#server = api && new ServerTransport(api.href, this.#health);
    this.#state = new Store<LocusState>({
      isolated,
      isolation_reason: reason,
      threads: this.#pool.threads,
      ...this.#pool.snapshot,
      server: this.#health.state,
    });
    const state = this.#state;
    const health = this.#health;
    this.state = {
      get current() {
        return state.current;
      },
      subscribe(listener) {
        void health.known();
        return state.subscribe(listener);
      },
    };
    // The network is back: perhaps so is the server.
    globalThis.addEventListener?.("online", this.#resume);
  }

  /** The preinstalled operations. */
  operations(): readonly Operation[] {
    return OPERATIONS;
  }

  /** Loads the codec and starts engines, so that the first call need not wait. Call it after first paint. */
  warm(): void {
    this.#pool.warm();
  }

  /**
   * Runs an operation. `inputs` that are files (`Blob`) are read off the main
   * thread; bytes are copied, the caller keeps them.
   *
   * Rejects with a `LocusError`, or an `AbortError` once `signal` is aborted.
   */
  async call<Name extends keyof Operations>(
    operation: Name,
    parameters: Operations[Name]["parameters"],
    inputs: readonly InputData[] = [],
    options: CallOptions = {},
  ): Promise<Reply<Operations[Name]["result"]>> {
    const { prefer = "auto", signal, deadlineMs = DEADLINE_MS, priority = "normal", limits = {} } = options;
    if (signal?.aborted) throw aborted();
    const began = performance.now();
    const until = began + deadlineMs;
    const ask = () => this.#estimate(operation, parameters, inputs, Math.max(1, until - performance.now()), signal);
    // Choosing the server does not download the codec.
    let estimate = options.estimate;
    let asked = estimate !== undefined || prefer !== "server" || this.#pool.snapshot.codec === "ready";
    if (asked) estimate ??= await ask();
    let placement = place(estimate, await this.#facts(estimate, prefer), prefer);

    for (let moved = false; ; moved = true) {
      if (placement.place === "local" && !asked) {
        asked = true;
        estimate = await ask();
      }
      // Of another call it says where to run, but not how long this one takes.
      const units = options.estimate ? undefined : estimate?.units_cold;
      const expected = units && this.#speeds.expect(operation, placement.place, units);
      const start = performance.now();
      let begun = start;
      const { place: where } = placement;
      const report = (phase: string | undefined, fraction: number) =>
        options.onProgress?.({
          phase,
          fraction,
          place: where,
          elapsed_ms: performance.now() - begun,
          expected_ms: expected,
        });
      const request: Request = {
        operation,
        parameters,
        inputs,
        limits: where === "local" ? { ...limits, memory: Math.min(limits.memory ?? Infinity, this.#budget) } : limits,
        deadlineMs: Math.max(1, Math.ceil(until - start)),
        priority: typeof priority === "number" ? priority : PRIORITIES[priority],
        estimate,
        signal,
        onBegun: () => {
          begun = performance.now();
          report(undefined, 0);
        },
        onProgress: report,
      };
      try {
        const answer = await this.#run(where, request, prefer);
        if (units) this.#speeds.learn(operation, where, units, answer.computed_ms);
        const ran = ranOf(placement, answer, began, start);
        return { result: answer.result as Operations[Name]["result"], payloads: answer.payloads, ran };
      } catch (error) {
        if (!(error instanceof LocusError)) throw error;
        error.ran = ranOf(placement, undefined, began, start);
        if (moved || signal?.aborted || !isIncapacity(error, limits)) throw error;
        const other = fallOver(where, error, estimate, await this.#facts(estimate, prefer), prefer);
        if (!other) throw error;
        placement = other;
      }
    }
  }

  /** What a call would take; `undefined` where the codec can't say, or isn't in this browser. */
  async estimate<Name extends keyof Operations>(
    operation: Name,
    parameters: Operations[Name]["parameters"],
    inputs: readonly InputData[] = [],
    signal?: AbortSignal,
  ): Promise<Estimate | undefined> {
    if (this.#pool.snapshot.codec !== "ready") return undefined;
    return this.#estimate(operation, parameters, inputs, DEADLINE_MS, signal);
  }

  /**
   * Turns an 8-bit RGBA raster into a bitmap, in a worker, so that the page
   * never blocks. Takes `pixels` over: their buffer is transferred.
   */
  bitmap(
    raster: { width: number; height: number },
    pixels: Uint8Array<ArrayBuffer>,
    signal?: AbortSignal,
  ): Promise<ImageBitmap> {
    return this.#painter.bitmap(raster.width, raster.height, pixels, signal);
  }

  /** Ends all engines. Calls that run or wait fail with `unavailable`. */
  close(): void {
    globalThis.removeEventListener?.("online", this.#resume);
    this.#pool.close();
    this.#health.close();
    this.#server?.close();
    this.#painter.close();
  }

  #run(where: Place, request: Request, prefer: Preference): Promise<Answer> {
    if (where === "local") return this.#local.call(request);
    if (!this.#server) return Promise.reject(new LocusError("unavailable", "there is no server"));
    // A caller who wants the server waits for it; `auto` rather computes here, where that can be done.
    const here = !this.#pool.down && (request.estimate?.peak_bytes ?? 0) <= this.#budget;
    return this.#server.call(request, prefer === "auto" && here ? 0 : undefined);
  }

  /** What the call would take; unknown where the codec can't say. */
  async #estimate(
    operation: string,
    parameters: object,
    inputs: readonly InputData[],
    deadlineMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Estimate | undefined> {
    try {
      return await this.#local.estimate(operation, parameters, inputs, deadlineMs, signal);
    } catch (error) {
      if (isAbort(error)) throw error;
      // What is wrong with the call, running it says better.
      return undefined;
    }
  }

  async #facts(estimate: Estimate | undefined, prefer: Preference): Promise<Parameters<typeof place>[1]> {
    const wanted =
      prefer === "server" || (prefer === "auto" && estimate !== undefined && estimate.peak_bytes > this.#budget);
    const server = wanted ? await this.#health.known() : this.#health.state;
    return { local: { down: this.#pool.down, budget: this.#budget }, server: { state: server } };
  }

  /** Tells the watchers, once for all changes of a moment. */
  #notice(): void {
    if (this.#noticed) return;
    this.#noticed = true;
    queueMicrotask(() => {
      this.#noticed = false;
      this.#state.set({ ...this.#state.current, ...this.#pool.snapshot, server: this.#health.state });
    });
  }
}

function ranOf({ place, reason }: Placement, answer: Answer | undefined, began: number, start: number): Ran {
  return {
    place,
    reason,
    threads: answer?.threads ?? 1,
    queued_ms: start - began + (answer?.queued_ms ?? 0),
    moved_bytes: answer?.moved_bytes ?? 0,
    moving_ms: answer?.moving_ms ?? 0,
    computed_ms: answer?.computed_ms ?? 0,
    total_ms: performance.now() - began,
  };
}
