/**
 * Every call that a page makes, where it ran, why, and how long each part took. The one door from components to the
 * client: a component says what it wants and reads here what became of it; none knows a transport.
 */
import {
  createLocus,
  type Estimate,
  type InputData,
  type Limits,
  type Locus,
  LocusError,
  type LocusState,
  type Operations,
  type Place,
  type Preference,
  type Priority,
  type Progress,
  type Ran,
  type Reply,
} from "@locus/client";
import { preferences } from "./places.ts";
import { Series } from "./series.ts";
import { remember, remembered } from "./settings.ts";

export type Outcome = "running" | "done" | "failed" | "cancelled";

/** One call, as the list shows it. */
export interface CallEntry {
  readonly id: number;
  readonly operation: string;
  /** What for, e.g. "Decode harbour.jxl". */
  readonly title: string;
  /** Not on the status line: inspections and thumbnails. */
  readonly quiet: boolean;
  readonly prefer: Preference;
  outcome: Outcome;
  progress: Progress | undefined;
  ran: Ran | undefined;
  /** What went wrong, in a sentence. */
  failure: string | undefined;
  /** Where the entry stands for many small calls: `ran` is then their sum. */
  parts: Parts | undefined;
}

/** Many small calls as one entry. */
export interface Parts {
  /** What each of them brings: "tile". */
  readonly noun: string;
  done: Record<Place, number>;
  failed: number;
}

export interface CallWish {
  title: string;
  quiet?: boolean;
  /** What a call alike was estimated at: spares asking again. */
  estimate?: Estimate | undefined;
  /** Another place than the switch says. */
  prefer?: Preference;
  priority?: Priority;
  signal?: AbortSignal;
  limits?: Limits;
  onprogress?(progress: Progress): void;
}

/** What a call of a series may wish for. */
export type PartWish = Omit<CallWish, "title" | "quiet">;

/** What pages show of the client's state. */
const shown = ["isolated", "threads", "codec", "server"] as const;

/** As many calls as the list keeps. */
const kept = 50;

export class Calls {
  readonly #locus: Locus;
  #next = 1;
  #prefer = $state<Preference>(remembered("place", preferences, "auto"));
  list = $state<CallEntry[]>([]);
  state = $state.raw<LocusState>() as LocusState;

  constructor(locus: Locus) {
    this.#locus = locus;
    locus.state.subscribe((state) => {
      // Engines come and go with every small call; no page shows them.
      if (shown.every((key) => this.state?.[key] === state[key])) return;
      this.state = state;
    });
  }

  /** Where the next calls go. */
  get prefer(): Preference {
    return this.#prefer;
  }

  set prefer(preference: Preference) {
    this.#prefer = preference;
    remember("place", preference);
  }

  /** Something is about to be asked for: has the codec loaded, unless the server is to compute. */
  expect(): void {
    if (this.#prefer !== "server") this.#locus.warm();
  }

  /** The latest call that is worth a line. */
  get last(): CallEntry | undefined {
    return this.list.find((entry) => !entry.quiet);
  }

  get running(): boolean {
    return this.list.some((entry) => entry.outcome === "running");
  }

  /**
   * Runs an operation where the switch says. Rejects with `LocusError`, or with an `AbortError` once `signal` is
   * aborted.
   */
  async run<Name extends keyof Operations>(
    operation: Name,
    parameters: Operations[Name]["parameters"],
    inputs: Blob[],
    wish: CallWish,
  ): Promise<Reply<Operations[Name]["result"]>> {
    const entry = this.#open(operation, wish);
    try {
      const reply = await this.#call(operation, parameters, inputs, wish, entry.prefer, (progress) => {
        entry.progress = progress;
        wish.onprogress?.(progress);
      });
      entry.ran = reply.ran;
      entry.outcome = "done";
      this.#prepare(reply.ran);
      return reply;
    } catch (error) {
      entry.outcome = wish.signal?.aborted ? "cancelled" : "failed";
      if (error instanceof LocusError) entry.ran = error.ran;
      entry.failure = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  /** Opens one entry for calls that are too many and too short to be listed each. */
  series<Name extends keyof Operations>(
    operation: Name,
    wish: Pick<CallWish, "title" | "quiet"> & { noun: string },
  ): Series<Name> {
    const entry = this.#open(operation, wish, { noun: wish.noun, done: { local: 0, server: 0 }, failed: 0 });
    const discard = () => {
      this.list = this.list.filter(({ id }) => id !== entry.id);
    };
    return new Series<Name>(entry, discard, async (parameters, each, inputs) => {
      const prefer = each.prefer ?? this.#prefer;
      const reply = await this.#call(operation, parameters, inputs, each, prefer, each.onprogress);
      this.#prepare(reply.ran);
      return reply;
    });
  }

  /** What a call would take; `undefined` where the codec can't say, or is not here yet. */
  estimate<Name extends keyof Operations>(
    operation: Name,
    parameters: Operations[Name]["parameters"],
  ): Promise<Estimate | undefined> {
    return this.#locus.estimate(operation, parameters);
  }

  #call<Name extends keyof Operations>(
    operation: Name,
    parameters: Operations[Name]["parameters"],
    inputs: InputData[],
    wish: PartWish,
    prefer: Preference,
    onProgress?: (progress: Progress) => void,
  ): Promise<Reply<Operations[Name]["result"]>> {
    const { signal, priority, limits, estimate } = wish;
    return this.#locus.call(operation, parameters, inputs, { prefer, signal, priority, limits, estimate, onProgress });
  }

  /** Once the server has answered there is time to load the codec, so that this browser goes on if the server goes away. */
  #prepare(ran: Ran): void {
    if (ran.place === "server" && this.state.codec === "none") setTimeout(() => this.#locus.warm(), 1000);
  }

  #open(operation: string, wish: Pick<CallWish, "title" | "quiet" | "prefer">, parts?: Parts): CallEntry {
    this.list.unshift({
      id: this.#next++,
      operation,
      title: wish.title,
      quiet: wish.quiet ?? false,
      prefer: wish.prefer ?? this.#prefer,
      outcome: "running",
      progress: undefined,
      ran: undefined,
      failure: undefined,
      parts,
    });
    if (this.list.length > kept) this.list.length = kept;
    return this.list[0] as CallEntry;
  }
}

export const calls = new Calls(createLocus({ codecBase: "codec/", server: "v1/" }));
