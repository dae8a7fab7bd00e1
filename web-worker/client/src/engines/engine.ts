// An engine, as the page sees it: a handle on one worker. It starts, is
// ready, is busy with one call, and at some time is dead; a dead one is
// replaced, never revived.

import { deferred } from "../deferred.ts";
import { wordsOf } from "../errors.ts";
import type { FromWorker, Part, ToWorker } from "./messages.ts";
import { readReport } from "./report.ts";

/** *Solo* engines have one thread, a *wide* one a pool over all cores. */
export type EngineKind = "solo" | "wide";

/** How a call on an engine ended. */
export type Outcome =
  | {
      kind: "reply";
      prefix: Uint8Array<ArrayBuffer>;
      payloads: Uint8Array<ArrayBuffer>[];
      computed_ms: number;
      memory_bytes: number;
    }
  /** The engine could not take the call, and is well. */
  | { kind: "refused"; code: "invalid_input" | "out_of_memory"; message: string }
  /** The engine is dead. `lost`: through no fault of the call that we know of. */
  | { kind: "died"; code: "trapped" | "out_of_memory" | "lost"; message: string };

export interface EngineCall {
  parts: Part[];
  /** The worker has taken the call up. */
  onBegun?(): void;
  /** Phase index plus the fraction within it. */
  onProgress?(value: number): void;
}

export interface EngineOptions {
  kind: EngineKind;
  worker: Worker;
  /** URL of the folder with the build's JavaScript. */
  base: string;
  module: WebAssembly.Module;
  /** Threads of the pool; 0 for none. */
  threads: number;
  /** Whether memory can be shared with the worker. */
  isolated: boolean;
}

/** Milliseconds after which an engine that has not started is given up. */
const START_TIMEOUT = 30_000;
/** Milliseconds in which a worker has to take a call up. */
const BEGIN_TIMEOUT = 10_000;
/** Milliseconds between two looks at whether a thread has died. */
const WATCH_INTERVAL = 100;

let made = 0;

export class Engine {
  readonly id = made++;
  readonly kind: EngineKind;
  /** Fulfilled when the engine can take a call; rejected when it never will. */
  readonly ready: Promise<void>;
  state: "starting" | "ready" | "busy" | "dead" = "starting";
  /** Bytes of the instance's memory after its last call. */
  memoryBytes = 0;

  readonly #worker: Worker;
  readonly #stop: Int32Array | undefined;
  #shared: { memory: WebAssembly.Memory; report: number } | undefined;
  #call: EngineCall | undefined;
  #settle: ((outcome: Outcome) => void) | undefined;
  #started: { resolve(): void; reject(error: Error): void };
  #silence: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;

  constructor(options: EngineOptions) {
    this.kind = options.kind;
    this.#worker = options.worker;
    const control = options.isolated ? new SharedArrayBuffer(4) : undefined;
    this.#stop = control && new Int32Array(control);
    const { promise, ...started } = deferred<void>();
    this.ready = promise;
    this.#started = started;
    // Whoever waits for a call hears of it there.
    promise.catch(() => {});

    this.#worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => this.#hear(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#die("lost", `the engine's worker failed: ${event.message || "it could not be loaded"}`);
    });
    this.#worker.addEventListener("messageerror", () =>
      this.#die("lost", "the engine's worker sent what can't be read"),
    );
    this.#expect(START_TIMEOUT, "the engine did not start");
    try {
      this.#post({ kind: "start", base: options.base, module: options.module, threads: options.threads, control });
    } catch (error) {
      this.#die("lost", wordsOf(error));
    }
  }

  /** Runs one call. Only a ready engine takes one. */
  run(call: EngineCall): Promise<Outcome> {
    if (this.state !== "ready") throw new Error(`an engine that is ${this.state} takes no call`);
    this.state = "busy";
    this.#call = call;
    if (this.#stop) Atomics.store(this.#stop, 0, 0);
    return new Promise((settle) => {
      this.#settle = settle;
      this.#expect(BEGIN_TIMEOUT, "the engine does not answer");
      try {
        this.#post({ kind: "run", parts: call.parts });
      } catch (error) {
        // An input that cannot be sent, e.g. because it is too large to be copied.
        this.#finish({ kind: "refused", code: "out_of_memory", message: wordsOf(error) });
      }
    });
  }

  /** Asks the running call to stop, which not every guest heeds. */
  stop(): void {
    if (this.#stop) Atomics.store(this.#stop, 0, 1);
  }

  /** Ends the engine, with its pool and whatever it runs. */
  end(): void {
    this.#die("lost", "the engine was ended");
  }

  #hear(message: FromWorker): void {
    if (this.state === "dead") return;
    switch (message.kind) {
      case "ready":
        clearTimeout(this.#silence);
        if (message.memory) this.#shared = { memory: message.memory, report: message.report };
        this.state = "ready";
        this.#started.resolve();
        return;
      case "begun":
        clearTimeout(this.#silence);
        this.#watchThreads();
        this.#call?.onBegun?.();
        return;
      case "progress":
        this.#call?.onProgress?.(message.value);
        return;
      case "done": {
        this.memoryBytes = message.memory_bytes;
        const payloads = message.payloads.map((payload) => new Uint8Array(payload));
        this.#finish({ ...message, kind: "reply", payloads });
        return;
      }
      case "refused":
        this.#finish(message);
        return;
      case "died":
        this.#die(message.code, message.message);
        return;
    }
  }

  /** A thread of the pool that dies leaves its caller waiting for ever: only the page can see it. */
  #watchThreads(): void {
    const shared = this.#shared;
    if (!shared) return;
    clearInterval(this.#watch);
    this.#watch = setInterval(() => {
      const said = readReport(shared.memory, shared.report);
      if (said) this.#die("trapped", `the codec trapped: ${said}`);
    }, WATCH_INTERVAL);
  }

  #expect(milliseconds: number, otherwise: string): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#die("lost", otherwise), milliseconds);
  }

  #finish(outcome: Outcome): void {
    clearTimeout(this.#silence);
    clearInterval(this.#watch);
    if (this.state === "busy") this.state = "ready";
    const settle = this.#settle;
    this.#settle = undefined;
    this.#call = undefined;
    settle?.(outcome);
  }

  #die(code: "trapped" | "out_of_memory" | "lost", message: string): void {
    if (this.state === "dead") return;
    this.state = "dead";
    this.#worker.terminate();
    this.#started.reject(new Error(message));
    this.#finish({ kind: "died", code, message });
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
