// What is believed of the network between this page and the server, and when
// it is worth asking. Times are milliseconds; nothing here reads a clock.

import { type KeptLevel, Level } from "./level.ts";

/** Before anything was measured: an ordinary line at home. */
const PRIOR = { round: 40, down: 2_500 };
/** Most lines take up less than they bring down. */
const UP_OF_DOWN = 0.25;
/** Differences of round trips below this are nobody's change of network. */
const SLIGHT_MS = 4;
/** While calls run, it is looked so often whether there is something to ask. */
export const LOOK_MS = 100;
/** News of the round trip are old after this, and not to be heard again before that. */
const OLD_MS = 250;
const FRESH_MS = 50;
/** A test of the bandwidth is good for this long, if nothing hints at a change. */
const TEST_AGE_MS = 120_000;
/** The first test leaves the line to the page for so long. */
const TEST_DELAY_MS = 1_000;
/** No two tests follow each other faster. */
const TEST_PAUSE_MS = 500;

/** Bytes that tests move. A transfer that ends sooner than `BRISK_MS` says little; then more is moved. */
export const TEST_BYTES = { down: [8 << 10, 64 << 10], up: [4 << 10, 32 << 10] } as const;
const BRISK_MS = 20;

/** What to ask the server for now. */
export type Probe = { kind: "round" } | { kind: "down" | "up"; bytes: number };

export interface KeptLink {
  round?: KeptLevel | undefined;
  down?: KeptLevel | undefined;
  up?: KeptLevel | undefined;
}

export class Link {
  readonly #round: Level;
  /** Bytes a millisecond. */
  readonly #down: Level;
  readonly #up: Level;
  /** When the round trip was last heard of. */
  #news = Number.NEGATIVE_INFINITY;
  /** When the bandwidths were last tested, or began to be. */
  #tested = Number.NEGATIVE_INFINITY;
  #doubted = true;
  /** When it was first asked what is worth asking. */
  #first: number | undefined;
  #pending: Probe[] = [];

  constructor(kept: KeptLink = {}) {
    this.#round = Level.from(kept.round);
    this.#down = Level.from(kept.down);
    this.#up = Level.from(kept.up);
  }

  get kept(): KeptLink {
    return { round: this.#round.kept, down: this.#down.kept, up: this.#up.kept };
  }

  /** Milliseconds of a round trip. */
  get round(): number {
    return this.#round.value ?? PRIOR.round;
  }

  /** Bytes a millisecond that come down. */
  get down(): number {
    return this.#down.value ?? PRIOR.down;
  }

  /** Bytes a millisecond that go up. */
  get up(): number {
    return this.#up.value ?? this.down * UP_OF_DOWN;
  }

  /** A small exchange took so long, not counting what the server did meanwhile. */
  learnRound(ms: number, now: number): void {
    this.#news = now;
    const before = this.#round.value;
    const jumped = this.#round.learn(Math.max(ms, 0.05));
    if (jumped && before !== undefined && Math.abs(ms - before) > SLIGHT_MS) this.doubt();
  }

  /** So many bytes came down in so long, from the first to the last. */
  learnDown(bytes: number, ms: number): void {
    if (this.#down.learn(bytes / Math.max(ms, 0.01))) this.doubt();
  }

  /** So many bytes went up in so long. */
  learnUp(bytes: number, ms: number): void {
    if (this.#up.learn(bytes / Math.max(ms, 0.01))) this.doubt();
  }

  /** A call was given up after so long: what it was waiting for is slower than believed. */
  late(waitedFor: "sending" | "answer" | "receiving", bytes: number, ms: number): void {
    if (waitedFor === "sending") this.#up.atMost(bytes / (2 * ms));
    else if (waitedFor === "receiving") this.#down.atMost(bytes / (2 * ms));
    else this.#round.atLeast(ms);
    this.doubt();
  }

  /** The network may be another one: everything is measured anew. */
  doubt(): void {
    this.#doubted = true;
  }

  /** What is worth asking the server now, if anything. Called while calls are being placed. */
  probe(now: number): Probe | undefined {
    const due = this.#doubted ? TEST_PAUSE_MS : TEST_AGE_MS;
    this.#first ??= now;
    if (this.#pending.length === 0 && now - this.#tested > due && now - this.#first >= TEST_DELAY_MS) {
      this.#doubted = false;
      this.#tested = now;
      this.#pending = [
        ...(now - this.#news > FRESH_MS ? [{ kind: "round" } as const] : []),
        { kind: "down", bytes: TEST_BYTES.down[0] },
        { kind: "up", bytes: TEST_BYTES.up[0] },
      ];
    }
    const next = this.#pending.shift();
    if (next) return next;
    return now - this.#news > OLD_MS ? { kind: "round" } : undefined;
  }

  /** What a probe came to: milliseconds of the exchange, or of the transfer alone. */
  probed(probe: Probe, ms: number, now: number): void {
    if (probe.kind === "round") {
      this.learnRound(ms, now);
      return;
    }
    const [first, more] = TEST_BYTES[probe.kind];
    const brisk = probe.bytes === first && ms < BRISK_MS;
    if (brisk) this.#pending.unshift({ kind: probe.kind, bytes: more });
    // A brisk first transfer is little more than a hint.
    const level = probe.kind === "down" ? this.#down : this.#up;
    if (!brisk || level.value === undefined) level.learn(probe.bytes / Math.max(ms, 0.01));
  }

  /** The server could not be asked. */
  unreachable(): void {
    this.#pending = [];
    this.#doubted = true;
  }
}
