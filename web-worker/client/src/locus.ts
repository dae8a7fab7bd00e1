// The one door: `call` an operation, and it runs in this browser or on the
// server, as the caller prefers and the places can.

import { Dispatcher, type Done } from "./dispatcher.ts";
import { loadCodec } from "./engines/codec.ts";
import { Engine } from "./engines/engine.ts";
import { Pool, type PoolSnapshot } from "./engines/pool.ts";
import { aborted, LocusError } from "./errors.ts";
import { Estimates } from "./estimates.ts";
import { type Estimate, type Limits, OPERATIONS, type Operation, type Operations } from "./generated/index.ts";
import { isolation } from "./isolation.ts";
import { Painter } from "./paint/painter.ts";
import { Beliefs } from "./placement/beliefs.ts";
import { Memory } from "./placement/memory.ts";
import type { Prediction } from "./placement/predict.ts";
import { memoryBudget, type Place, type Preference } from "./placement.ts";
import { type Readable, Store } from "./store.ts";
import { Health, type ServerState } from "./transports/health.ts";
import { LocalTransport } from "./transports/local.ts";
import { Scout } from "./transports/scout.ts";
import { ServerTransport } from "./transports/server.ts";
import type { InputData } from "./transports/transport.ts";

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
  /** Default: `auto`, which chooses the place that is predicted to be quicker. */
  prefer?: Preference | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Default: `normal`. */
  priority?: Priority | undefined;
  /** Milliseconds after which the call fails with `deadline_exceeded`. Default: 120,000. */
  deadlineMs?: number | undefined;
  limits?: Limits | undefined;
  /** What a call alike was estimated at: many small calls then ask once. */
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
  /** What it was predicted to take in either place, where that could be told. */
  predicted?: Record<Place, Prediction> | undefined;
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
  readonly #estimates: Estimates;
  readonly #memory = new Memory();
  readonly #scout: Scout | undefined;
  readonly #dispatcher: Dispatcher;
  readonly #painter = new Painter();
  readonly #resume = () => this.#health.probe();
  #noticed = false;

  constructor(options: LocusOptions) {
    const { isolated, reason } = isolation();
    const origin = globalThis.location?.href;
    const codecBase = new URL(options.codecBase ?? "/codec/", origin).href;
    const api = options.server === null ? undefined : new URL(options.server ?? "/v1/", origin);
    const memory = (globalThis.navigator as { deviceMemory?: number } | undefined)?.deviceMemory;
    const cores = Math.max(1, options.threads ?? globalThis.navigator?.hardwareConcurrency ?? 1);
    this.#pool = new Pool({
      cores,
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
    this.#estimates = new Estimates(codecBase);
    const beliefs = new Beliefs(this.#memory.read());
    this.#scout = api && new Scout(api, beliefs, this.#health, () => this.#dispatcher.isPlacing);
    this.#dispatcher = new Dispatcher({
      pool: this.#pool,
      local: this.#local,
      server: this.#server,
      health: this.#health,
      estimates: this.#estimates,
      beliefs,
      scout: this.#scout,
      cores,
      budget: memoryBudget(memory),
      onLearned: () => this.#memory.write(() => beliefs.kept),
    });
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
    const { prefer = "auto", signal, deadlineMs = DEADLINE_MS, priority = "normal", limits = {}, onProgress } = options;
    if (signal?.aborted) throw aborted();
    const began = performance.now();
    const wish = {
      operation,
      parameters,
      inputs,
      prefer,
      signal,
      deadlineMs,
      priority: typeof priority === "number" ? priority : PRIORITIES[priority],
      limits,
      estimate: options.estimate,
      onProgress: (
        place: Place,
        phase: string | undefined,
        fraction: number,
        elapsed_ms: number,
        expected_ms?: number,
      ) => onProgress?.({ phase, fraction, place, elapsed_ms, expected_ms }),
    };
    let how: Done | undefined;
    try {
      const done = await this.#dispatcher.run(wish, (failed) => {
        how = failed;
      });
      const { result, payloads } = done.answer;
      return { result: result as Operations[Name]["result"], payloads, ran: ranOf(done, began) };
    } catch (error) {
      if (error instanceof LocusError && how) error.ran = ranOf(how, began);
      throw error;
    }
  }

  /** What a call would take; `undefined` where that can't be told. */
  async estimate<Name extends keyof Operations>(
    operation: Name,
    parameters: Operations[Name]["parameters"],
    inputs: readonly InputData[] = [],
    signal?: AbortSignal,
  ): Promise<Estimate | undefined> {
    return this.#dispatcher.estimate({ operation, parameters, inputs, signal });
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
    this.#memory.close();
    this.#scout?.close();
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

function ranOf({ answer, placement, predicted, start }: Done, began: number): Ran {
  return {
    place: placement.place,
    reason: placement.reason,
    threads: answer?.threads ?? 1,
    queued_ms: start - began + (answer?.queued_ms ?? 0),
    moved_bytes: answer?.moved_bytes ?? 0,
    moving_ms: answer?.moving_ms ?? 0,
    computed_ms: answer?.computed_ms ?? 0,
    total_ms: performance.now() - began,
    ...(predicted && { predicted: { local: predicted.local, server: predicted.server } }),
  };
}
