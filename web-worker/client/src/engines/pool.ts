// The engines of a page. Solo engines, up to as many as there are cores, take
// calls that one thread computes; one wide engine takes those that more
// threads make faster. Each is made when first needed. Calls wait in queues
// that belong to no engine, so the end of an engine moves nothing.

import { deferred } from "../deferred.ts";
import { aborted, LocusError, wordsOf } from "../errors.ts";
import { readPrefix } from "../frame.ts";
import { Affinity } from "./affinity.ts";
import type { Codec } from "./codec.ts";
import type { Engine, EngineCall, EngineKind, Outcome } from "./engine.ts";
import { PriorityQueue } from "./queue.ts";

/** Estimates go ahead of all calls, on a solo engine of their own if need be. */
export type Lane = EngineKind | "estimate";

export interface Job {
  /** For people: what the engine is busy with. */
  operation: string;
  lane: Lane;
  /** Higher goes first. */
  priority: number;
  parts: EngineCall["parts"];
  /** Milliseconds from now by which the job has to have ended. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
  /** An engine has taken the job up. */
  onBegun?: (() => void) | undefined;
  onProgress?: ((value: number) => void) | undefined;
  /** Names of its inputs' bytes, under which engines keep what they made of them. */
  keys?: readonly string[] | undefined;
  /** What it is estimated to take when nothing is kept, and when its inputs are. */
  units?: { cold: number; warm: number } | undefined;
}

export interface JobReply {
  prefix: Uint8Array<ArrayBuffer>;
  payloads: Uint8Array<ArrayBuffer>[];
  queued_ms: number;
  computed_ms: number;
  threads: number;
}

export interface PoolOptions {
  cores: number;
  /** Whether engines can have threads and hear a stop flag. */
  isolated: boolean;
  load(): Promise<Codec>;
  makeEngine(kind: EngineKind, codec: Codec, threads: number): Engine;
  /** Something in `snapshot` has changed. */
  onChange?: () => void;
  /** Bytes of memory past which an engine is replaced when it is idle. */
  highWaterBytes?: number;
}

export interface PoolSnapshot {
  codec: "none" | "loading" | "ready" | "failed";
  /** `id` tells an engine from the one that replaces it. */
  engines: { id: number; kind: EngineKind; busy: boolean; operation: string | undefined }[];
}

/** Milliseconds that a guest has to heed the stop flag before its engine is ended. */
const GRACE = 50;
const HIGH_WATER = 2 ** 30;
/** Milliseconds for which an engine past it is kept all the same, after a call that may have left state to use again. */
const STAY = 30_000;
/** Milliseconds for which a failure to start is believed to last. */
const DOWN = 10_000;
/** Engines that may fail to start, one after another, before calls are refused. */
const START_FAILURES = 3;

interface Task extends Job {
  submitted: number;
  begun: number;
  retried: boolean;
  settled: boolean;
  engine: Engine | undefined;
  /** Until when it waits for an engine that holds what it needs, while others are free. */
  patient: number | undefined;
  resolve(reply: JobReply): void;
  reject(error: unknown): void;
  /** Lets go of the signal and the timer. */
  release(): void;
}

export class Pool {
  readonly #options: PoolOptions;
  readonly #queues = {
    solo: new PriorityQueue<Task>(),
    wide: new PriorityQueue<Task>(),
    estimate: new PriorityQueue<Task>(),
  };
  readonly #engines = new Set<Engine>();
  readonly #running = new Map<Engine, Task>();
  readonly #affinity = new Affinity<Engine>();
  /** The engine past its high-water mark that is kept for a while, for what it holds. */
  #worn: { engine: Engine; timer: ReturnType<typeof setTimeout> } | undefined;
  #codec: Codec | undefined;
  #codecState: PoolSnapshot["codec"] = "none";
  #startFailures = 0;
  #failed = { why: "", at: Number.NEGATIVE_INFINITY };
  /** Whether engines are started before they are needed. */
  #warm = false;
  /** Whether a second wide engine is kept ready. */
  #spare = false;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Calls of one thread that run at the same time. */
  get cores(): number {
    return this.#options.cores;
  }

  /** Threads that a parallel call gets. */
  get threads(): number {
    return this.#options.isolated ? this.#options.cores : 1;
  }

  get snapshot(): PoolSnapshot {
    const engines = [...this.#engines].map((engine) => ({
      id: engine.id,
      kind: engine.kind,
      busy: engine.state === "busy",
      operation: this.#running.get(engine)?.operation,
    }));
    return { codec: this.#codecState, engines };
  }

  /** Why no call can run here, for a while after that was found out. */
  get down(): string | undefined {
    return performance.now() - this.#failed.at < DOWN ? this.#failed.why : undefined;
  }

  /** Whether an engine seems to have kept what was made of the input of that key, by that operation or by any. */
  holds(key: string, operation?: string): boolean {
    return this.#affinity.holds(key, operation);
  }

  /** Calls that wait on a lane. */
  waiting(lane: Lane): number {
    return this.#queues[this.#lane(lane)].length;
  }

  /** Loads the codec and starts an engine of each kind, so that a call need not wait for them. */
  warm(): void {
    if (this.#closed) return;
    this.#warm = true;
    if (this.#codec) this.#start();
    else this.#load();
  }

  /**
   * Runs a job on an engine.
   *
   * Rejects with an AbortError, or a LocusError: `deadline_exceeded`,
   * `trapped`, `out_of_memory`, `invalid_input` (a file that can't be read),
   * `lost` (after one retry), `unavailable` (no engine can be had).
   */
  run(job: Job): Promise<JobReply> {
    if (job.signal?.aborted) return Promise.reject(aborted());
    if (this.#closed) return Promise.reject(new LocusError("unavailable", "this page's engines are closed"));
    const { promise, resolve, reject } = deferred<JobReply>();
    const abort = () => this.#interrupt(task, aborted());
    const timer = setTimeout(() => this.#interrupt(task, deadlineExceeded(job.deadlineMs)), job.deadlineMs);
    const task: Task = {
      ...job,
      lane: this.#lane(job.lane),
      submitted: performance.now(),
      begun: 0,
      retried: false,
      settled: false,
      engine: undefined,
      patient: undefined,
      resolve,
      reject,
      release: () => {
        clearTimeout(timer);
        job.signal?.removeEventListener("abort", abort);
      },
    };
    job.signal?.addEventListener("abort", abort);
    this.#queues[task.lane].push(task, task.priority);
    this.#pump();
    return promise;
  }

  /** Ends every engine; calls that run or wait fail. */
  close(): void {
    this.#closed = true;
    this.#refuse("this page's engines were closed");
    for (const task of this.#running.values())
      this.#settle(task, new LocusError("unavailable", "this page's engines were closed"));
    clearTimeout(this.#worn?.timer);
    for (const engine of this.#engines) engine.end();
    this.#engines.clear();
    this.#options.onChange?.();
  }

  /** Without threads, or with one core, there is no wide engine. */
  #lane(lane: Lane): Lane {
    return lane === "wide" && this.threads < 2 ? "solo" : lane;
  }

  /** Hands waiting calls to engines, and makes engines that are missing. */
  #pump(): void {
    if (this.#closed) return;
    const { solo, wide, estimate } = this.#queues;
    if (solo.length + wide.length + estimate.length === 0) return;
    if (!this.#codec) {
      this.#load();
      return;
    }
    while (estimate.length > 0 && this.#dispatch("solo", estimate, this.#options.cores + 1));
    while (this.#toHolder(solo) || this.#toHolder(wide));
    while (solo.length > 0 && this.#dispatch("solo", solo, this.#options.cores));
    while (wide.length > 0 && this.#dispatch("wide", wide, 1));
    this.#options.onChange?.();
  }

  /** Starts a call on an engine that is free and holds what it needs; false when there is none. */
  #toHolder(queue: PriorityQueue<Task>): boolean {
    const free = [...this.#engines].filter((engine) => engine.state === "ready");
    const holder = (task: Task) => {
      const best = this.#affinity.best(task, task.lane, free);
      // It only may hold it, and one that does is free in a moment.
      return best && !this.#affinity.isSure(task, best) && this.#waits(task) ? undefined : best;
    };
    const task = queue.find((task) => holder(task) !== undefined);
    const engine = task && holder(task);
    if (!engine) return false;
    queue.remove(task);
    void this.#execute(engine, task);
    return true;
  }

  /** Whether a call rather waits a moment for the engine that holds what it needs. */
  #waits(task: Task): boolean {
    if (!task.keys?.length) return false;
    const busy = [...this.#running].filter(([, { settled }]) => !settled);
    const jobs = busy.map(([engine, job]): [Engine, { job: Task; since: number }] => [
      engine,
      { job, since: job.begun },
    ]);
    const patience = this.#affinity.patience(task, task.lane, jobs);
    if (patience === undefined) return false;
    if (task.patient === undefined) {
      task.patient = performance.now() + patience;
      setTimeout(() => this.#pump(), patience);
    }
    return performance.now() < task.patient;
  }

  /** Starts the queue's next call; false when no engine is free for it. */
  #dispatch(kind: EngineKind, queue: PriorityQueue<Task>, most: number): boolean {
    // An engine whose call was interrupted is on its way out, or free in a moment.
    const engines = this.#of(kind).filter((engine) => !this.#running.get(engine)?.settled);
    if (engines.filter((engine) => engine.state === "busy").length >= most) return false;
    const idle = engines.filter((engine) => engine.state === "ready");
    const task = queue.find((task) => !this.#waits(task));
    if (!task) return false;
    const engine = this.#affinity.emptiest(task, idle);
    if (!engine) {
      // One at a time: a call may be over before a second engine has started.
      if (engines.length < most && !engines.some((engine) => engine.state === "starting")) this.#spawn(kind);
      return false;
    }
    queue.remove(task);
    void this.#execute(engine, task);
    return true;
  }

  async #execute(engine: Engine, task: Task): Promise<void> {
    this.#running.set(engine, task);
    task.engine = engine;
    task.begun = performance.now();
    const running = engine.run({
      parts: task.parts,
      onBegun: () => {
        task.begun = performance.now();
        if (!task.settled) task.onBegun?.();
      },
      onProgress: (value) => {
        if (!task.settled) task.onProgress?.(value);
      },
    });
    this.#keepSpare();
    const outcome = await running;
    this.#running.delete(engine);
    task.engine = undefined;
    this.#conclude(engine, task, outcome);
    this.#tidy(engine, task);
    this.#pump();
    this.#options.onChange?.();
  }

  #conclude(engine: Engine, task: Task, outcome: Outcome): void {
    switch (outcome.kind) {
      case "reply":
        // What was stopped or refused says nothing of what such calls take.
        if (!task.settled && !isError(outcome.prefix)) this.#affinity.ended(engine, task, outcome.computed_ms);
        this.#settle(task, {
          prefix: outcome.prefix,
          payloads: outcome.payloads,
          queued_ms: task.begun - task.submitted,
          computed_ms: outcome.computed_ms,
          threads: engine.kind === "wide" ? this.threads : 1,
        });
        return;
      case "refused":
        this.#settle(task, new LocusError(outcome.code, outcome.message));
        return;
      case "died":
        if (outcome.code === "lost" && !task.retried && !task.settled && !this.#closed) {
          task.retried = true;
          this.#queues[task.lane].putBack(task, task.priority);
        } else {
          this.#settle(task, new LocusError(outcome.code, outcome.message));
        }
    }
  }

  /** Replaces an engine that is dead, or whose memory has grown too large to keep. */
  #tidy(engine: Engine, task: Task): void {
    const worn = engine.memoryBytes > (this.#options.highWaterBytes ?? HIGH_WATER);
    if (worn && this.#queues[engine.kind].length === 0 && !this.#stays(engine, task)) engine.end();
    if (engine.state !== "dead") return;
    this.#engines.delete(engine);
    this.#affinity.gone(engine);
    // The next call finds it started.
    if (!this.#closed && this.#of(engine.kind).length === 0) this.#spawn(engine.kind);
  }

  /** Whether an engine whose memory has grown too large is kept for what it holds: one at most, and not for long. */
  #stays(engine: Engine, task: Task): boolean {
    const other = this.#worn?.engine;
    if (!this.#affinity.isHolder(engine)) return false;
    if (!task.keys?.length) return other === engine;
    clearTimeout(this.#worn?.timer);
    const timer = setTimeout(() => this.#replaceWorn(engine), STAY);
    this.#worn = { engine, timer };
    if (other && other !== engine) this.#replace(other);
    return true;
  }

  #replaceWorn(engine: Engine): void {
    this.#worn = undefined;
    this.#replace(engine);
  }

  /** Ends an engine that is idle; one that is busy is seen to when its call has ended. */
  #replace(engine: Engine): void {
    if (engine.state !== "ready") return;
    engine.end();
    this.#engines.delete(engine);
    this.#affinity.gone(engine);
    if (!this.#closed && this.#of(engine.kind).length === 0) this.#spawn(engine.kind);
    this.#options.onChange?.();
  }

  /** A pool of threads takes long to start, so a page that cancels keeps a second one ready. */
  #keepSpare(): void {
    if (this.#spare && this.#of("wide").every((engine) => engine.state === "busy")) this.#spawn("wide");
  }

  #of(kind: EngineKind): Engine[] {
    return [...this.#engines].filter((engine) => engine.kind === kind);
  }

  #spawn(kind: EngineKind): void {
    if (!this.#codec) return;
    let engine: Engine;
    try {
      engine = this.#options.makeEngine(kind, this.#codec, kind === "wide" ? this.threads : 0);
    } catch (error) {
      // E.g. a content security policy that allows no workers.
      this.#fail(`this browser could not start an engine: ${wordsOf(error)}`);
      return;
    }
    this.#engines.add(engine);
    this.#options.onChange?.();
    engine.ready.then(
      () => {
        this.#startFailures = 0;
        this.#codecState = "ready";
        this.#pump();
        this.#options.onChange?.();
      },
      (error) => {
        this.#engines.delete(engine);
        if (this.#closed) return;
        this.#startFailures += 1;
        if (this.#startFailures < START_FAILURES) {
          this.#pump();
        } else {
          this.#startFailures = 0;
          this.#fail(`this browser could not start an engine: ${wordsOf(error)}`);
        }
        this.#options.onChange?.();
      },
    );
  }

  /** Starts first engines. Any call needs a solo one, for its estimate. */
  #start(): void {
    if (this.#of("solo").length === 0) this.#spawn("solo");
    if (this.#warm && this.threads > 1 && this.#of("wide").length === 0) this.#spawn("wide");
  }

  #load(): void {
    if (this.#codecState === "loading") return;
    this.#codecState = "loading";
    this.#options.onChange?.();
    this.#options.load().then(
      (codec) => {
        this.#codec = codec;
        this.#codecState = "ready";
        if (this.#closed) return;
        this.#start();
        this.#pump();
      },
      (error) => {
        this.#fail(`the codec could not be loaded: ${wordsOf(error)}`);
        this.#options.onChange?.();
      },
    );
  }

  #fail(why: string): void {
    this.#codecState = "failed";
    this.#failed = { why, at: performance.now() };
    this.#refuse(why);
  }

  /** Fails every call that waits; the next one tries anew. */
  #refuse(why: string): void {
    for (const queue of Object.values(this.#queues)) {
      for (const task of queue.drain()) this.#settle(task, new LocusError("unavailable", why));
    }
  }

  /** Fails a call at once, and sees to it that its engine is free soon. */
  #interrupt(task: Task, error: unknown): void {
    if (task.settled) return;
    this.#settle(task, error);
    this.#queues[task.lane].remove(task);
    const engine = task.engine;
    if (!engine) return;
    this.#spare ||= engine.kind === "wide";
    this.#keepSpare();
    engine.stop();
    this.#pump();
    setTimeout(() => {
      if (task.engine === engine) engine.end();
    }, GRACE);
  }

  #settle(task: Task, outcome: JobReply | unknown): void {
    if (task.settled) return;
    task.settled = true;
    task.release();
    if (isReply(outcome)) task.resolve(outcome);
    else task.reject(outcome);
  }
}

function isReply(outcome: unknown): outcome is JobReply {
  return typeof outcome === "object" && outcome !== null && "prefix" in outcome;
}

function isError(prefix: Uint8Array): boolean {
  const header = readPrefix(prefix)?.header;
  return header?.kind === "reply" && Boolean(header.error);
}

function deadlineExceeded(milliseconds: number): LocusError {
  return new LocusError("deadline_exceeded", `the call had not ended after ${milliseconds} ms`, {
    deadline_ms: milliseconds,
  });
}
