/**
 * Every call that a page makes, where it ran, why, and how long each part took. The one door from components to the
 * client: a component says what it wants and reads here what became of it; none knows a transport.
 */
import {
  createLocus,
  type Limits,
  type Locus,
  LocusError,
  type LocusState,
  type Operations,
  type Preference,
  type Priority,
  type Progress,
  type Ran,
  type Reply,
} from "@locus/client";
import { preferences } from "./places.ts";
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
}

export interface CallWish {
  title: string;
  quiet?: boolean;
  /** Another place than the switch says. */
  prefer?: Preference;
  priority?: Priority;
  signal?: AbortSignal;
  limits?: Limits;
  onprogress?(progress: Progress): void;
}

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
    const entry: CallEntry = this.#open({
      id: this.#next++,
      operation,
      title: wish.title,
      quiet: wish.quiet ?? false,
      prefer: wish.prefer ?? this.#prefer,
      outcome: "running",
      progress: undefined,
      ran: undefined,
      failure: undefined,
    });
    try {
      const reply = await this.#locus.call(operation, parameters, inputs, {
        prefer: entry.prefer,
        ...(wish.signal && { signal: wish.signal }),
        ...(wish.priority !== undefined && { priority: wish.priority }),
        ...(wish.limits && { limits: wish.limits }),
        onProgress: (progress) => {
          entry.progress = progress;
          wish.onprogress?.(progress);
        },
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

  /** Once the server has answered there is time to load the codec, so that this browser goes on if the server goes away. */
  #prepare(ran: Ran): void {
    if (ran.place === "server" && this.state.codec === "none") setTimeout(() => this.#locus.warm(), 1000);
  }

  #open(entry: CallEntry): CallEntry {
    this.list.unshift(entry);
    if (this.list.length > kept) this.list.length = kept;
    return this.list[0] as CallEntry;
  }
}

export const calls = new Calls(createLocus());
