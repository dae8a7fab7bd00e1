// Brings a call to a place: predicts, places, runs, moves what fails or is
// late, and learns from what came true.

import type { Pool } from "./engines/pool.ts";
import { aborted, isAbort, LocusError } from "./errors.ts";
import type { Estimates } from "./estimates.ts";
import type { Estimate, Limits } from "./generated/index.ts";
import type { Beliefs, Phase } from "./placement/beliefs.ts";
import { LOOK_MS } from "./placement/link.ts";
import { Load } from "./placement/load.ts";
import type { Prediction, Work } from "./placement/predict.ts";
import {
  type Facts,
  fallOver,
  isBetterMoved,
  isIncapacity,
  late,
  MOST_MOVES,
  type Place,
  type Placement,
  type Predicted,
  type Preference,
  place,
} from "./placement.ts";
import type { Health } from "./transports/health.ts";
import type { LocalTransport } from "./transports/local.ts";
import type { Scout } from "./transports/scout.ts";
import type { ServerTransport } from "./transports/server.ts";
import { type Answer, type InputData, type Request, sizeOf } from "./transports/transport.ts";

/** What a caller wants. */
export interface Wish {
  operation: string;
  parameters: object;
  inputs: readonly InputData[];
  prefer: Preference;
  signal: AbortSignal | undefined;
  deadlineMs: number;
  priority: number;
  limits: Limits;
  estimate: Estimate | undefined;
  onProgress(where: Place, phase: string | undefined, fraction: number, elapsedMs: number, expectedMs?: number): void;
}

/** What an estimate is asked for. */
type Asked = Pick<Wish, "operation" | "parameters" | "inputs" | "signal">;

/** How a call ended, and how it got there. */
export interface Done {
  answer: Answer | undefined;
  placement: Placement;
  predicted: Predicted | undefined;
  /** `performance.now()` at the beginning of the attempt that ended it. */
  start: number;
}

export interface DispatcherParts {
  pool: Pool;
  local: LocalTransport;
  server: ServerTransport | undefined;
  health: Health;
  estimates: Estimates;
  beliefs: Beliefs;
  scout: Scout | undefined;
  /** Calls that this browser runs at once. */
  cores: number;
  /** Bytes of memory that a call may take in this browser. */
  budget: number;
  /** Something was learned. */
  onLearned(): void;
}

/** Milliseconds after which an estimate is of no use. */
const ESTIMATE_MS = 5_000;
/** Milliseconds for which the first call waits to hear whether there is a server. */
const FIRST_WORD_MS = 100;
/** What the codec takes before the first call can run here: bytes to bring, and milliseconds to get ready. */
const CODEC = { bytes: 750_000, ms: 300 };
/** A race costs both places the call: it has to be long enough to matter, and nothing big may be sent for it. */
const RACE = { least_ms: 25, most_bytes: 64 << 10, apart: 1.5 };

export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #loads = { solo: new Load(), wide: new Load(), server: new Load() };
  /** Calls so far on each file. */
  readonly #uses = new WeakMap<Blob, number>();
  /** Calls under `auto` that have not ended. */
  #placing = 0;
  #loadingSince: number | undefined;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** What a call would take; unknown where that can't be told. */
  async estimate(
    { operation, parameters, inputs, signal }: Asked,
    deadlineMs = ESTIMATE_MS,
  ): Promise<Estimate | undefined> {
    const { estimates, local, pool } = this.#parts;
    const told = await estimates.estimate(operation, parameters, inputs, signal);
    if (told || pool.snapshot.codec !== "ready") return told;
    try {
      return await local.estimate(operation, parameters, inputs, deadlineMs, signal);
    } catch (error) {
      if (isAbort(error)) throw error;
      // What is wrong with the call, running it says better.
      return undefined;
    }
  }

  /** Whether calls that were placed are under way. */
  get isPlacing(): boolean {
    return this.#placing > 0;
  }

  /** Runs a call; what is thrown comes through `failed`, with how it got there. */
  async run(wish: Wish, failed: (done: Done) => void): Promise<Done & { answer: Answer }> {
    if (wish.prefer !== "auto") return this.#place(wish, failed);
    this.#placing += 1;
    try {
      return await this.#place(wish, failed);
    } finally {
      this.#placing -= 1;
    }
  }

  async #place(wish: Wish, failed: (done: Done) => void): Promise<Done & { answer: Answer }> {
    const until = performance.now() + wish.deadlineMs;
    const { health, scout } = this.#parts;
    const estimate = wish.estimate ?? (await this.estimate(wish));
    if (wish.signal?.aborted) throw aborted();
    await this.#heardOf(wish, estimate);
    const predicted = estimate && this.#predict(wish, estimate);
    let placement = place(estimate, this.#facts(predicted), wish.prefer);
    if (wish.prefer === "auto" && health.state !== "none") scout?.look();
    if (predicted) this.#used(wish.inputs);

    for (let moves = 0; ; moves++) {
      const start = performance.now();
      const attempt = new Attempt(wish, placement, predicted, estimate, Math.max(1, Math.ceil(until - start)));
      try {
        const race = moves === 0 && this.#isRace(wish, placement, predicted);
        const [where, answer] = race ? await this.#race(wish, attempt) : await this.#attempt(attempt, wish);
        if (race) placement = { place: where, reason: `${nameOf(where)}: both were asked, it was first` };
        this.#learn(where, predicted, answer);
        return { answer, placement, predicted, start };
      } catch (error) {
        const from = placement.place;
        const gaveUp = error instanceof GaveUp;
        if (gaveUp && predicted) {
          this.#parts.beliefs.late(predicted.work, from, attempt.phase, attempt.phaseMs, performance.now());
          placement = late(
            from,
            predicted,
            moves + 1 < MOST_MOVES ? 2 * (placement.patience_ms ?? Infinity) : undefined,
          );
          continue;
        }
        const done = { answer: undefined, placement, predicted, start };
        const other =
          error instanceof LocusError && !wish.signal?.aborted && moves < MOST_MOVES && isIncapacity(error, wish.limits)
            ? await this.#elsewhere(from, error, wish, estimate)
            : undefined;
        if (!other || placement.fallen) {
          failed(done);
          throw error;
        }
        placement = { ...other, fallen: true };
      }
    }
  }

  /** Where a call goes that a place could not serve. */
  async #elsewhere(
    from: Place,
    error: LocusError,
    wish: Wish,
    estimate: Estimate | undefined,
  ): Promise<Placement | undefined> {
    if (from === "local") await this.#parts.health.known();
    return fallOver(from, error, estimate, this.#facts(undefined), wish.prefer);
  }

  async #attempt(attempt: Attempt, wish: Wish): Promise<[Place, Answer]> {
    const { place: where, patience_ms = Number.POSITIVE_INFINITY } = attempt.placement;
    const { signal } = wish;
    const watch =
      Number.isFinite(patience_ms) && wish.prefer === "auto" ? this.#watch(attempt, wish, patience_ms) : undefined;
    const either = signal && watch ? AbortSignal.any([signal, watch.signal]) : (signal ?? watch?.signal);
    const end = this.#begin(where, attempt);
    try {
      return [where, await this.#run(where, attempt.request(where, either, this.#parts.budget), wish.prefer)];
    } catch (error) {
      if (watch?.signal.aborted && !signal?.aborted && isAbort(error)) throw new GaveUp();
      throw error;
    } finally {
      watch?.end();
      end();
    }
  }

  /** Gives an attempt up when it is late and, by what is known then, the other place is quicker. */
  #watch(attempt: Attempt, wish: Wish, patience_ms: number): { signal: AbortSignal; end(): void } {
    const began = performance.now();
    const givenUp = new AbortController();
    const { place: where } = attempt.placement;
    const look = () => {
      const { estimate } = attempt;
      const now = estimate && this.#canMove(where) ? this.#predict(wish, estimate) : undefined;
      if (now && isBetterMoved(where, performance.now() - began, now)) givenUp.abort();
      else timer = setTimeout(look, LOOK_MS);
    };
    let timer = setTimeout(look, patience_ms);
    return { signal: givenUp.signal, end: () => clearTimeout(timer) };
  }

  /** Both places at once; the one that is second is cancelled. */
  async #race(wish: Wish, attempt: Attempt): Promise<[Place, Answer]> {
    const { signal } = wish;
    const runners = (["local", "server"] as const).map((where) => {
      const lost = new AbortController();
      const end = this.#begin(where, attempt);
      const either = signal ? AbortSignal.any([signal, lost.signal]) : lost.signal;
      const running = this.#run(where, attempt.request(where, either, this.#parts.budget), wish.prefer);
      return { where, lost, running: running.finally(end).then((answer): [Place, Answer] => [where, answer]) };
    });
    try {
      const first = await Promise.any(runners.map(({ running }) => running));
      for (const { where, lost } of runners) if (where !== first[0]) lost.abort();
      return first;
    } catch (error) {
      if (signal?.aborted) throw aborted();
      // Both failed: what this browser says needs no network to be true.
      throw error instanceof AggregateError ? error.errors[0] : error;
    }
  }

  /** Worth it when one of the places was never tried, the guesses are close, and nothing else is going on. */
  #isRace(wish: Wish, { place: chosen }: Placement, predicted: Predicted | undefined): boolean {
    const { beliefs, health, pool } = this.#parts;
    if (wish.prefer !== "auto" || !predicted || health.state !== "up" || pool.down !== undefined) return false;
    if (pool.snapshot.codec !== "ready") return false;
    const { local, server, work } = predicted;
    const apart = Math.max(local.total_ms, server.total_ms) / Math.min(local.total_ms, server.total_ms);
    const { solo, wide, server: there } = this.#loads;
    return (
      apart < RACE.apart &&
      predicted[chosen].total_ms > RACE.least_ms &&
      work.missing_bytes <= RACE.most_bytes &&
      work.estimate.peak_bytes <= this.#parts.budget &&
      solo.idle &&
      wide.idle &&
      there.idle &&
      beliefs.untried(work) !== undefined
    );
  }

  #run(where: Place, request: Request, prefer: Preference): Promise<Answer> {
    const { local, server, pool, budget } = this.#parts;
    if (where === "local") return local.call(request);
    if (!server) return Promise.reject(new LocusError("unavailable", "there is no server"));
    // A caller who wants the server waits for it; `auto` rather computes here, where that can be done.
    const here = pool.down === undefined && (request.estimate?.peak_bytes ?? 0) <= budget;
    return server.call(request, prefer === "auto" && here ? 0 : undefined);
  }

  #begin(where: Place, { predicted }: Attempt): () => void {
    if (!predicted) return () => undefined;
    return this.#load(where, predicted.work.estimate).begin(predicted[where].computed_ms);
  }

  #load(where: Place, { parallel }: Estimate): Load {
    return where === "server" ? this.#loads.server : parallel ? this.#loads.wide : this.#loads.solo;
  }

  /** Whether a call that runs in a place could go on in the other. */
  #canMove(from: Place): boolean {
    const { pool, health } = this.#parts;
    return from === "server" ? pool.down === undefined : health.state === "up";
  }

  /** The first calls don't know yet whether there is a server. */
  async #heardOf(wish: Wish, estimate: Estimate | undefined): Promise<void> {
    const { health, budget } = this.#parts;
    if (health.state !== "unknown" || wish.prefer === "local") return;
    const needed = wish.prefer === "server" || (estimate !== undefined && estimate.peak_bytes > budget);
    const known = health.known();
    if (needed) await known;
    else await Promise.race([known, new Promise((wake) => setTimeout(wake, FIRST_WORD_MS))]);
  }

  #facts(predicted: Predicted | undefined): Facts {
    const { pool, health, budget } = this.#parts;
    return { local: { down: pool.down, budget }, server: { state: health.state }, predicted };
  }

  #predict(wish: Wish, estimate: Estimate): Predicted {
    const { beliefs, local, server, cores, health } = this.#parts;
    const { inputs } = wish;
    const input_bytes = inputs.reduce((sum, input) => sum + sizeOf(input), 0);
    const missing = inputs.filter((input) => !server?.has(input));
    const work: Work = {
      operation: wish.operation,
      estimate,
      input_bytes,
      missing_bytes: missing.reduce((sum, input) => sum + sizeOf(input), 0),
      uses: Math.min(...inputs.map((input) => (input instanceof Blob ? (this.#uses.get(input) ?? 0) : 0)), Infinity),
      warm: {
        local: inputs.length > 0 && inputs.every((input) => local.holds(input, wish.operation)),
        server: inputs.length > 0 && inputs.every((input) => server?.holds(input, wish.operation) ?? false),
      },
    };
    if (!Number.isFinite(work.uses)) work.uses = 0;
    const now = performance.now();
    const lanes = estimate.parallel ? 1 : cores;
    const starting = this.#getsReady(now);
    const waiting = {
      local: starting + this.#load("local", estimate).waiting(lanes),
      server: this.#loads.server.waiting(health.runners),
    };
    return {
      ...beliefs.predict(work, now, waiting),
      work,
      last: beliefs.last(wish.operation, now),
      starting_ms: starting,
    };
  }

  /** Milliseconds before this browser can compute at all. */
  #getsReady(now: number): number {
    const { codec } = this.#parts.pool.snapshot;
    if (codec === "ready") return 0;
    if (codec === "loading") this.#loadingSince ??= now;
    const whole = CODEC.bytes / this.#parts.beliefs.link.down + CODEC.ms;
    return Math.max(0, whole - (this.#loadingSince === undefined ? 0 : now - this.#loadingSince));
  }

  #used(inputs: readonly InputData[]): void {
    for (const input of inputs) if (input instanceof Blob) this.#uses.set(input, (this.#uses.get(input) ?? 0) + 1);
  }

  #learn(where: Place, predicted: Predicted | undefined, answer: Answer): void {
    if (!predicted) return;
    const { queued_ms, computed_ms, round_ms, sent, received } = answer;
    const spent = { queued_ms, computed_ms, round_ms, sent, received };
    this.#parts.beliefs.learn(predicted.work, where, spent, performance.now());
    this.#parts.onLearned();
  }
}

/** Patience with a place has ended. */
class GaveUp extends Error {}

/** One try of a call in a place: keeps in which phase it is. */
class Attempt {
  readonly #wish: Wish;
  readonly estimate: Estimate | undefined;
  readonly #deadlineMs: number;
  readonly placement: Placement;
  readonly predicted: Predicted | undefined;
  phase: Phase;
  #since = performance.now();

  constructor(
    wish: Wish,
    placement: Placement,
    predicted: Predicted | undefined,
    estimate: Estimate | undefined,
    deadlineMs: number,
  ) {
    this.#wish = wish;
    this.placement = placement;
    this.predicted = predicted;
    this.estimate = estimate;
    this.#deadlineMs = deadlineMs;
    this.phase = placement.place === "server" && (predicted?.work.missing_bytes ?? 0) > 0 ? "sending" : "answer";
  }

  /** Milliseconds since the phase began. */
  get phaseMs(): number {
    return performance.now() - this.#since;
  }

  request(where: Place, signal: AbortSignal | undefined, budget: number): Request {
    const { operation, parameters, inputs, limits, priority, onProgress } = this.#wish;
    let begun = performance.now();
    const expected: Prediction | undefined = this.predicted?.[where];
    const report = (phase: string | undefined, fraction: number) =>
      onProgress(where, phase, fraction, performance.now() - begun, expected?.computed_ms);
    return {
      operation,
      parameters,
      inputs,
      limits: where === "local" ? { ...limits, memory: Math.min(limits.memory ?? Infinity, budget) } : limits,
      deadlineMs: this.#deadlineMs,
      priority,
      estimate: this.estimate,
      signal,
      onBegun: () => {
        begun = performance.now();
        this.#enter("computing");
        report(undefined, 0);
      },
      onReceiving: () => this.#enter("receiving"),
      onProgress: report,
    };
  }

  #enter(phase: Phase): void {
    this.phase = phase;
    this.#since = performance.now();
  }
}

function nameOf(where: Place): string {
  return where === "local" ? "this browser" : "server";
}
