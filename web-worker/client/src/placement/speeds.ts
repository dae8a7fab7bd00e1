// How fast each operation runs in each place, in units of its estimate a
// millisecond, learned from finished calls.

import type { Place } from "../placement.ts";
import { type KeptLevel, Level } from "./level.ts";

/** An estimate's unit is about a nanosecond of a native core. */
const UNITS_PER_MS = 1e6;
/** Speed before anything was measured, in parts of a native core. */
const PRIOR = { local: 0.6, server: 0.8 };
/** A place that was too slow is thought better of with time: twice as well after so long, and so long again for each time that it was. */
const LATE_MS = 10_000;
/** What is not known of the server is taken a little too well: a try teaches, and a slow one is given up. */
const HOPE = 1.2;

export interface KeptSpeeds {
  speeds?: Record<string, KeptLevel>;
}

export class Speeds {
  readonly #levels = new Map<string, Level>();
  /** What speeds turned out not to reach, when, and how often. */
  readonly #bounds = new Map<string, { speed: number; at: number; times: number }>();
  /** How many times faster the server is, over all work that ran in both places. */
  readonly #advantage = new Level();

  constructor(kept: KeptSpeeds = {}) {
    for (const [key, level] of Object.entries(kept.speeds ?? {})) this.#levels.set(key, Level.from(level));
    for (const key of this.#levels.keys()) if (/ \d+$/.test(key)) this.#compare(key.slice(key.indexOf(" ") + 1));
  }

  get kept(): KeptSpeeds {
    const known = [...this.#levels].flatMap(([key, { kept }]) => (kept ? [[key, kept] as const] : []));
    return { speeds: Object.fromEntries(known) };
  }

  /** How many measurements the speed of `work` in a place rests on. */
  known(work: string, place: Place): number {
    return this.#level(work, place)?.count ?? 0;
  }

  /** Milliseconds that `units` of `work` are expected to take; `work` is an operation, or a state of one. */
  expect(work: string, place: Place, units: number, now: number): number {
    const bound = this.#bounds.get(`${place} ${fineName(work, units)}`);
    const most = bound ? bound.speed * 2 ** ((now - bound.at) / (LATE_MS * bound.times)) : Number.POSITIVE_INFINITY;
    return units / Math.min(most, this.#speed(work, place, units));
  }

  /** Takes note of a call that took `milliseconds` for `units`. */
  learn(work: string, place: Place, units: number, milliseconds: number): void {
    if (!(units > 0 && milliseconds > 0)) return;
    for (const name of [work, fineName(work, units)]) {
      const key = `${place} ${name}`;
      const level = this.#levels.get(key) ?? new Level();
      this.#levels.set(key, level);
      level.learn(units / milliseconds);
    }
    this.#bounds.delete(`${place} ${fineName(work, units)}`);
    this.#compare(fineName(work, units));
  }

  /** A place had not ended `units` of `work` after so long. */
  late(work: string, place: Place, units: number, milliseconds: number, now: number): void {
    const key = `${place} ${fineName(work, units)}`;
    const times = (this.#bounds.get(key)?.times ?? 0) + 1;
    this.#bounds.set(key, { speed: units / (2 * milliseconds), at: now, times });
  }

  /** Whether work of this size was measured in a place. */
  isSure(work: string, place: Place, units: number): boolean {
    return this.#level(fineName(work, units), place) !== undefined;
  }

  #speed(work: string, place: Place, units: number): number {
    const fine = fineName(work, units);
    const own = this.#level(fine, place)?.value;
    if (own !== undefined) return own;
    return guess(this.#hints(work, fine, place)) * (place === "server" ? HOPE : 1);
  }

  /** What speaks for a speed that was never measured: the other place's, work of other sizes, or nothing at all. */
  #hints(work: string, fine: string, place: Place): number[] {
    const other = place === "local" ? "server" : "local";
    const prior = PRIOR[place] * UNITS_PER_MS;
    const advantage = this.#advantage.value;
    // While the places were never compared, a server is taken for what servers are, however slow this browser is.
    const carried = (speed: number | undefined): number | undefined => {
      if (speed === undefined) return undefined;
      if (advantage !== undefined) return place === "server" ? speed * advantage : speed / advantage;
      return place === "server" ? Math.max(prior, speed) : speed;
    };
    const there = carried(this.#level(fine, other)?.value);
    if (there !== undefined && advantage !== undefined) return [there];
    const alike = this.#level(work, place)?.value;
    const hints = [there, alike].filter((hint) => hint !== undefined);
    return hints.length > 0 ? hints : [carried(this.#level(work, other)?.value) ?? prior];
  }

  #level(work: string, place: Place): Level | undefined {
    return this.#levels.get(`${place} ${work}`);
  }

  #compare(work: string): void {
    const local = this.#level(work, "local")?.value;
    const server = this.#level(work, "server")?.value;
    if (local !== undefined && server !== undefined) this.#advantage.learn(server / local);
  }
}

/**
 * The name of a work of about this size. An operation's small and large calls,
 * e.g. in files of different formats, are not equally well estimated.
 */
function fineName(work: string, units: number): string {
  return `${work} ${Math.round(Math.log2(units))}`;
}

/** The middle of several hints, as factors go. */
function guess(hints: readonly number[]): number {
  return Math.exp(hints.reduce((sum, hint) => sum + Math.log(hint), 0) / hints.length);
}
