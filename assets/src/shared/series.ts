/** Calls that are too many and too short to be listed each. */
import type { InputData, Operations, Place, Ran, Reply } from "@locus/client";
import type { CallEntry, PartWish } from "./calls.svelte.ts";

type Run<Name extends keyof Operations> = (
  parameters: Operations[Name]["parameters"],
  wish: PartWish,
  inputs: InputData[],
) => Promise<Reply<Operations[Name]["result"]>>;

/** Milliseconds between two looks of the page at a series that runs. */
const glance = 200;

/**
 * Many small calls of one operation behind one entry of the list. Its figures are kept outside of reactive state and
 * shown a few times a second, so that hundreds of calls cost the page nothing.
 */
export class Series<Name extends keyof Operations> {
  readonly #entry: CallEntry;
  readonly #discard: () => void;
  readonly #run: Run<Name>;
  readonly #began = performance.now();
  readonly #done: Record<Place, number> = { local: 0, server: 0 };
  #failed = 0;
  #failure: string | undefined;
  #sum: Ran | undefined;
  #running = 0;
  #closed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `discard` takes the entry out again, when nothing came of it. */
  constructor(entry: CallEntry, discard: () => void, run: Run<Name>) {
    this.#entry = entry;
    this.#discard = discard;
    this.#run = run;
  }

  /** Rejects as `Calls.run` does; a call that is stopped counts for nothing. */
  async run(
    parameters: Operations[Name]["parameters"],
    wish: PartWish = {},
    inputs: InputData[] = [],
  ): Promise<Reply<Operations[Name]["result"]>> {
    this.#running += 1;
    try {
      const reply = await this.#run(parameters, wish, inputs);
      this.#done[reply.ran.place] += 1;
      this.#add(reply.ran);
      return reply;
    } catch (error) {
      if (!wish.signal?.aborted) {
        this.#failed += 1;
        this.#failure = error instanceof Error ? error.message : String(error);
      }
      throw error;
    } finally {
      this.#running -= 1;
      this.#timer ??= setTimeout(() => this.#show(), glance);
      if (this.#closed && this.#running === 0) this.#show();
    }
  }

  /** No further calls come. */
  close(): void {
    this.#closed = true;
    if (this.#running === 0) this.#show();
  }

  /** The latest place and reason speak for all; times and bytes are sums. */
  #add(ran: Ran): void {
    const sum = this.#sum;
    this.#sum = {
      ...ran,
      queued_ms: ran.queued_ms + (sum?.queued_ms ?? 0),
      computed_ms: ran.computed_ms + (sum?.computed_ms ?? 0),
      moving_ms: ran.moving_ms + (sum?.moving_ms ?? 0),
      moved_bytes: ran.moved_bytes + (sum?.moved_bytes ?? 0),
      total_ms: performance.now() - this.#began,
      predicted: summed(ran.predicted, sum?.predicted),
    };
  }

  #show(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const entry = this.#entry;
    entry.ran = this.#sum;
    entry.parts = { noun: entry.parts?.noun ?? "call", done: { ...this.#done }, failed: this.#failed };
    entry.failure = this.#failure;
    if (!this.#closed || this.#running > 0) return;
    const done = this.#done.local + this.#done.server;
    if (done + this.#failed === 0) this.#discard();
    else entry.outcome = done > 0 ? "done" : "failed";
  }
}

/** Predictions of several calls as those of one. */
function summed(one: Ran["predicted"], others: Ran["predicted"]): Ran["predicted"] {
  if (!one || !others) return one ?? others;
  const add = (place: Place) => ({ ...one[place], total_ms: one[place].total_ms + others[place].total_ms });
  return { local: add("local"), server: add("server") };
}
