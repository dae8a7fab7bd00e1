// The pool's decisions, with engines that do as the test says.

import { beforeEach, describe, expect, test, vi } from "vitest";
import { deferred } from "../src/deferred.ts";
import type { Engine, EngineCall, EngineKind, Outcome } from "../src/engines/engine.ts";
import { type Job, Pool, type PoolOptions } from "../src/engines/pool.ts";

/** An engine without a worker: the test starts it and ends its calls. */
class FakeEngine {
  static made: FakeEngine[] = [];
  state: Engine["state"] = "starting";
  memoryBytes = 0;
  stopped = false;
  call: EngineCall | undefined;
  readonly id = FakeEngine.made.length;
  readonly kind: EngineKind;
  readonly ready: Promise<void>;
  #started = deferred<void>();
  #settle: ((outcome: Outcome) => void) | undefined;

  constructor(kind: EngineKind) {
    this.kind = kind;
    this.ready = this.#started.promise;
    FakeEngine.made.push(this);
  }
  async start() {
    this.state = "ready";
    this.#started.resolve();
    await settle();
  }
  async fail(message: string) {
    this.state = "dead";
    this.#started.reject(new Error(message));
    await settle();
  }
  run(call: EngineCall): Promise<Outcome> {
    this.state = "busy";
    this.call = call;
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }
  stop() {
    this.stopped = true;
  }
  end() {
    const busy = this.state === "busy";
    this.state = "dead";
    if (busy) this.#settle?.({ kind: "died", code: "lost", message: "ended" });
  }
  async reply(memory_bytes = 0, computed_ms = 1) {
    this.memoryBytes = memory_bytes;
    this.state = "ready";
    this.#settle?.({ kind: "reply", prefix: new Uint8Array(), payloads: [], computed_ms, memory_bytes });
    await settle();
  }
  async die(code: "trapped" | "lost") {
    this.state = "dead";
    this.#settle?.({ kind: "died", code, message: `it ${code}` });
    await settle();
  }
  /** The name that the test gave the call it runs. */
  get running(): string | undefined {
    return this.state === "busy" ? new TextDecoder().decode(this.call?.parts[0] as Uint8Array) : undefined;
  }
}

const settle = () => new Promise<void>((wake) => setImmediate(wake));

async function poolOf(options: Partial<PoolOptions> = {}): Promise<Pool> {
  const pool = new Pool({
    cores: 2,
    isolated: true,
    load: async () => ({ base: "", module: {} as WebAssembly.Module }),
    makeEngine: (kind) => new FakeEngine(kind) as unknown as Engine,
    ...options,
  });
  return pool;
}

function job(name: string, more: Partial<Job> = {}): Job {
  return {
    operation: name,
    lane: "solo",
    priority: 1,
    parts: [new TextEncoder().encode(name)],
    deadlineMs: 60_000,
    ...more,
  };
}

/** How a promise stands. */
function watch(promise: Promise<unknown>) {
  const ended = { as: "pending" };
  promise.then(
    () => {
      ended.as = "done";
    },
    (error) => {
      ended.as = error.code && typeof error.code === "string" ? error.code : error.name;
    },
  );
  return ended;
}

const engines = () => FakeEngine.made;
const engine = (index: number): FakeEngine => {
  const engine = FakeEngine.made[index];
  if (!engine) throw new Error(`there are only ${FakeEngine.made.length} engines`);
  return engine;
};

beforeEach(() => {
  FakeEngine.made = [];
});

describe("engines", () => {
  test("are made when first needed, one for each core", async () => {
    const pool = await poolOf();
    expect(engines()).toHaveLength(0);
    for (const name of ["a", "b", "c"]) watch(pool.run(job(name)));
    await settle();
    expect(engines()).toHaveLength(1);
    await engine(0).start();
    await engine(1).start();
    expect(engines().map(({ running }) => running)).toEqual(["a", "b"]);
    await engine(1).reply();
    expect(engines().map(({ running }) => running)).toEqual(["a", "c"]);
  });

  test("a parallel call gets the wide one, and only where there are threads", async () => {
    const wide = await poolOf();
    watch(wide.run(job("a", { lane: "wide" })));
    await settle();
    expect(engines().map(({ kind }) => kind)).toContain("wide");
    FakeEngine.made = [];
    const plain = await poolOf({ isolated: false });
    watch(plain.run(job("a", { lane: "wide" })));
    await settle();
    expect(engines().map(({ kind }) => kind)).toEqual(["solo"]);
  });

  test("are started early when the page asks for it", async () => {
    const pool = await poolOf();
    pool.warm();
    await settle();
    expect(engines().map(({ kind }) => kind)).toEqual(["solo", "wide"]);
  });

  test("that can't be made fail the calls", async () => {
    const pool = await poolOf({
      makeEngine: () => {
        throw new Error("no workers allowed");
      },
    });
    const call = watch(pool.run(job("a")));
    await settle();
    expect(call.as).toBe("unavailable");
    expect(pool.down).toContain("no workers allowed");
  });

  test("an estimate does not wait for calls", async () => {
    const pool = await poolOf();
    for (const name of ["a", "b", "c"]) watch(pool.run(job(name)));
    await settle();
    await engine(0).start();
    await engine(1).start();
    watch(pool.run(job("estimate", { lane: "estimate" })));
    await settle();
    await engine(2).start();
    expect(engines().map(({ running }) => running)).toEqual(["a", "b", "estimate"]);
    await engine(2).reply();
    expect(engine(2).running).toBeUndefined();
  });

  test("one past its high-water mark is replaced, but not while calls wait", async () => {
    const pool = await poolOf({ cores: 1, highWaterBytes: 1000 });
    watch(pool.run(job("a")));
    watch(pool.run(job("b")));
    await settle();
    await engine(0).start();
    await engine(0).reply(2000);
    expect(engine(0).running).toBe("b");
    await engine(0).reply(2000);
    expect(engine(0).state).toBe("dead");
    expect(engines()).toHaveLength(2);
  });

  test("that hold what a call needs get it, whatever lane it is of", async () => {
    const pool = await poolOf();
    const keyed = (name: string, key: string, more: Partial<Job> = {}) =>
      watch(pool.run(job(name, { operation: "decode", keys: [key], units: { cold: 1e9, warm: 1e6 }, ...more })));
    pool.warm();
    await settle();
    const [solo, wide] = [engine(0), engine(1)];
    await solo.start();
    await wide.start();
    keyed("x", "x", { lane: "wide" });
    expect(wide.running).toBe("x");
    expect(pool.holds("x")).toBe(false);
    await wide.reply(0, 1000);
    expect(pool.holds("x")).toBe(true);
    keyed("x again", "x", { lane: "solo" });
    expect([wide.running, solo.running]).toEqual(["x again", undefined]);
    // Another input goes where its lane is, and one of a busy holder that it is not known of, too.
    keyed("y", "y");
    expect(solo.running).toBe("y");
    await solo.reply(0, 1000);
    keyed("x elsewhere", "x");
    expect(solo.running).toBe("x elsewhere");
    await wide.reply(0, 1);
    await solo.reply(0, 1000);
    // It was seen that the wide one holds it, so a moment is waited for it.
    keyed("x once more", "x", { lane: "wide" });
    keyed("x waits", "x");
    expect([wide.running, solo.running]).toEqual(["x once more", undefined]);
    await wide.reply(0, 1);
    expect([wide.running, solo.running]).toEqual(["x waits", undefined]);
    wide.end();
    await settle();
    expect(pool.holds("y")).toBe(true);
  });

  test("past the high-water mark stay for what they hold, one of them", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const pool = await poolOf({ cores: 2, highWaterBytes: 1000 });
    const keyed = (key: string) =>
      watch(pool.run(job(key, { operation: "decode", keys: [key], units: { cold: 1e9, warm: 1e6 } })));
    for (const key of ["x", "y"]) keyed(key);
    await settle();
    await engine(0).start();
    await engine(1).start();
    await engine(0).reply(2000, 500);
    expect(engine(0).state).toBe("ready");
    await engine(1).reply(2000, 500);
    expect([engine(0).state, engine(1).state]).toEqual(["dead", "ready"]);
    expect([pool.holds("x"), pool.holds("y")]).toEqual([false, true]);
    // Each use makes it stay longer.
    vi.advanceTimersByTime(29_000);
    keyed("y");
    expect(engine(1).running).toBe("y");
    await engine(1).reply(2000, 1);
    vi.advanceTimersByTime(29_000);
    expect(engine(1).state).toBe("ready");
    vi.advanceTimersByTime(2_000);
    expect(engine(1).state).toBe("dead");
    expect(pool.holds("y")).toBe(false);
    vi.useRealTimers();
  });

  test("that never start fail the calls, and the next call tries again", async () => {
    const pool = await poolOf();
    const first = watch(pool.run(job("a")));
    await settle();
    for (const index of [0, 1, 2]) await engine(index).fail("no worker");
    expect(first.as).toBe("unavailable");
    expect(pool.snapshot.codec).toBe("failed");
    expect(pool.down).toContain("no worker");
    const second = watch(pool.run(job("b")));
    await settle();
    await engine(3).start();
    await engine(3).reply();
    expect(second.as).toBe("done");
    expect(pool.snapshot.codec).toBe("ready");
  });

  test("a codec that can't be loaded fails the calls, and the next call tries again", async () => {
    let loads = 0;
    const pool = await poolOf({
      load: async () => {
        if (loads++ === 0) throw new Error("404");
        return { base: "", module: {} as WebAssembly.Module };
      },
    });
    const first = watch(pool.run(job("a")));
    await settle();
    expect(first.as).toBe("unavailable");
    watch(pool.run(job("b")));
    await settle();
    await engine(0).start();
    expect(engine(0).running).toBe("b");
  });
});

describe("a call", () => {
  test("that waits is dropped when it is cancelled", async () => {
    const pool = await poolOf({ cores: 1 });
    const stop = new AbortController();
    watch(pool.run(job("a")));
    const waits = watch(pool.run(job("b", { signal: stop.signal })));
    watch(pool.run(job("c")));
    await settle();
    await engine(0).start();
    stop.abort();
    await settle();
    expect(waits.as).toBe("AbortError");
    await engine(0).reply();
    expect(engine(0).running).toBe("c");
  });

  test("that heeds the flag keeps its engine", async () => {
    const pool = await poolOf({ cores: 1 });
    const stop = new AbortController();
    const call = watch(pool.run(job("a", { signal: stop.signal })));
    await settle();
    await engine(0).start();
    stop.abort();
    await settle();
    expect(call.as).toBe("AbortError");
    expect(engine(0).stopped).toBe(true);
    await engine(0).reply();
    await new Promise((wake) => setTimeout(wake, 80));
    expect(engine(0).state).toBe("ready");
  });

  test("that heeds nothing loses its engine, and those that wait move to the next", async () => {
    const pool = await poolOf();
    const stop = new AbortController();
    watch(pool.run(job("a", { lane: "wide", signal: stop.signal })));
    const waits = watch(pool.run(job("b", { lane: "wide" })));
    await settle();
    const [first] = engines().filter(({ kind }) => kind === "wide");
    await first?.start();
    expect(first?.running).toBe("a");
    stop.abort();
    await new Promise((wake) => setTimeout(wake, 80));
    expect(first?.state).toBe("dead");
    const next = engines().find(({ kind, state }) => kind === "wide" && state === "starting");
    await next?.start();
    expect(next?.running).toBe("b");
    await next?.reply();
    expect(waits.as).toBe("done");
  });

  test("finds a spare wide engine once calls were cancelled", async () => {
    const pool = await poolOf();
    const wide = () => engines().filter(({ kind }) => kind === "wide");
    const stop = new AbortController();
    watch(pool.run(job("a", { lane: "wide", signal: stop.signal })));
    await settle();
    await wide()[0]?.start();
    expect(wide()).toHaveLength(1);
    stop.abort();
    expect(wide()).toHaveLength(2);
    await wide()[1]?.start();
    // The first is still within its grace.
    watch(pool.run(job("b", { lane: "wide" })));
    await settle();
    expect(wide().map(({ running }) => running)).toEqual(["a", "b", undefined]);
    await wide()[2]?.start();
    watch(pool.run(job("c", { lane: "wide" })));
    await settle();
    // One parallel call at a time, whatever engines there are.
    expect(wide().map(({ running }) => running)).toEqual(["a", "b", undefined]);
  });

  test("whose engine is lost is tried once more, then reported", async () => {
    const pool = await poolOf({ cores: 1 });
    const call = watch(pool.run(job("a")));
    const other = watch(pool.run(job("b")));
    await settle();
    await engine(0).start();
    await engine(0).die("lost");
    await engine(1).start();
    // It goes first again, ahead of those that came after it.
    expect(engine(1).running).toBe("a");
    await engine(1).die("lost");
    expect(call.as).toBe("lost");
    await engine(2).start();
    await engine(2).reply();
    expect(other.as).toBe("done");
  });

  test("that traps is not tried again", async () => {
    const pool = await poolOf({ cores: 1 });
    const call = watch(pool.run(job("a")));
    await settle();
    await engine(0).start();
    await engine(0).die("trapped");
    expect(call.as).toBe("trapped");
  });

  test("has a deadline, running or waiting", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const pool = await poolOf({ cores: 1 });
    const calls = [watch(pool.run(job("a", { deadlineMs: 100 }))), watch(pool.run(job("b", { deadlineMs: 100 })))];
    await settle();
    await engine(0).start();
    vi.advanceTimersByTime(101);
    await settle();
    expect(calls.map(({ as }) => as)).toEqual(["deadline_exceeded", "deadline_exceeded"]);
    vi.advanceTimersByTime(60);
    expect(engine(0).state).toBe("dead");
    vi.useRealTimers();
  });

  test("comes too late after closing", async () => {
    const pool = await poolOf();
    const call = watch(pool.run(job("a")));
    await settle();
    await engine(0).start();
    pool.close();
    const late = watch(pool.run(job("b")));
    await settle();
    expect([call.as, late.as]).toEqual(["unavailable", "unavailable"]);
    expect(engine(0).state).toBe("dead");
  });
});
