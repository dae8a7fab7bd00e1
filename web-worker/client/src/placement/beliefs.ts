// All that placement has learned, and what it takes from one call to the next.
// Times come in as arguments: nothing here reads a clock or a network.

import type { Place } from "../placement.ts";
import { type KeptLink, Link } from "./link.ts";
import { type Prediction, predict, type Queues, speedName, unitsOf, type Work } from "./predict.ts";
import { type KeptSpeeds, Speeds } from "./speeds.ts";

/** How much a new word of the server's queue counts. */
const QUEUE_WEIGHT = 0.5;
/** A place is the last one of an operation for so long. */
const LAST_MS = 10_000;

const NO_QUEUES: Queues = { local: 0, server: 0 };

/** What a finished call took, in milliseconds, as far as the place can tell its parts. */
export interface Spent {
  queued_ms: number;
  computed_ms: number;
  /** The exchange without what the server did and without large transfers. */
  round_ms?: number | undefined;
  sent?: Transfer | undefined;
  received?: Transfer | undefined;
}

export interface Transfer {
  bytes: number;
  ms: number;
}

/** What a call is waiting for: its inputs' way, the server's first word, the result, the reply's way. */
export type Phase = "sending" | "answer" | "computing" | "receiving";

/** A transfer below this says more of the round trip than of the bandwidth. */
const TELLING_BYTES = 16 << 10;

export interface KeptBeliefs extends KeptSpeeds {
  link?: KeptLink;
}

export class Beliefs {
  readonly speeds: Speeds;
  readonly link: Link;
  #queue = 0;
  readonly #last = new Map<string, { place: Place; at: number }>();

  constructor(kept: KeptBeliefs = {}) {
    this.speeds = new Speeds(kept);
    this.link = new Link(kept.link);
  }

  get kept(): KeptBeliefs {
    return { ...this.speeds.kept, link: this.link.kept };
  }

  /** What a call would take in each place, where it waits for so long behind our own calls. */
  predict(work: Work, now: number, waiting: Queues = NO_QUEUES): Record<Place, Prediction> {
    return predict(work, this.speeds, this.link, { local: waiting.local, server: waiting.server + this.#queue }, now);
  }

  /** Where the last call of an operation ran, if that was lately. */
  last(operation: string, now: number): Place | undefined {
    const last = this.#last.get(operation);
    return last && now - last.at < LAST_MS ? last.place : undefined;
  }

  learn(work: Work, place: Place, spent: Spent, now: number): void {
    const warm = work.warm[place];
    this.speeds.learn(speedName(work, warm), place, unitsOf(work, warm), spent.computed_ms);
    this.#last.set(work.operation, { place, at: now });
    if (place === "local") return;
    this.learnQueue(spent.queued_ms);
    if (spent.round_ms !== undefined) this.link.learnRound(spent.round_ms, now);
    const { sent, received } = spent;
    if (sent && sent.bytes >= TELLING_BYTES) this.link.learnUp(sent.bytes, sent.ms);
    if (received && received.bytes >= TELLING_BYTES) this.link.learnDown(received.bytes, received.ms);
  }

  /** The place in which such work has never run, if it has run in the other. */
  untried(work: Work): Place | undefined {
    const [local, server] = [this.#tried(work, "local"), this.#tried(work, "server")];
    if (local === server) return undefined;
    return local ? "server" : "local";
  }

  #tried(work: Work, place: Place): boolean {
    return this.speeds.known(speedName(work, work.warm[place]), place) > 0;
  }

  /** How long the server says that calls wait. */
  learnQueue(ms: number): void {
    this.#queue += QUEUE_WEIGHT * (ms - this.#queue);
  }

  /** A call was given up in a place, `ms` after a phase of it had begun. */
  late(work: Work, place: Place, phase: Phase, ms: number, now: number): void {
    // What waits for an engine tells nothing of the network.
    if (place === "local" && phase !== "computing") return;
    const warm = work.warm[place];
    if (phase === "computing") this.speeds.late(speedName(work, warm), place, unitsOf(work, warm), ms, now);
    else this.link.late(phase, phase === "sending" ? work.missing_bytes : work.estimate.reply_bytes, ms);
  }
}
