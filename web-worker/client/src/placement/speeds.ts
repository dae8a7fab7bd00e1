// How fast each operation runs in each place, in units of its estimate a
// millisecond, learned from finished calls.

import type { Place } from "../placement.ts";
import { type KeptLevel, Level } from "./level.ts";

/** An estimate's unit is about a nanosecond of a native core. */
const UNITS_PER_MS = 1e6;
/** Speed before anything was measured, in parts of a native core. */
const PRIOR = { local: 0.6, server: 0.8 };
/** A place that was too slow once is taken for slow for so long: then it may try again. */
const LATE_MS = 10_000;
/** What is not known of the server is taken a little too well: a try teaches, and a slow one is given up. */
const HOPE = 1.2;

export interface KeptSpeeds {
  speeds?: Record<string, KeptLevel>;
}

export class Speeds {
  readonly #levels = new Map<string, Level>();
  /** What speeds turned out not to reach, and until when that counts. */
  readonly #bounds = new Map<string, { speed: number; until: number }>();
  /** How many times faster the server is, over all operations that ran in both places. */
  #advantage = new Level();

  constructor(kept: KeptSpeeds = {}) {
    for (const [key, level] of Object.entries(kept.speeds ?? {})) this.#levels.set(key, Level.from(level));
    for (const key of this.#levels.keys()) this.#compare(key.slice(key.indexOf(" ") + 1));
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
    const most = bound && now < bound.until ? bound.speed : Number.POSITIVE_INFINITY;
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
    this.#compare(work);
  }

  /** A place had not ended `units` of `work` after so long. */
  late(work: string, place: Place, units: number, milliseconds: number, now: number): void {
    this.#bounds.set(`${place} ${fineName(work, units)}`, { speed: units / (2 * milliseconds), until: now + LATE_MS });
  }

  #speed(work: string, place: Place, units: number): number {
    const other = place === "local" ? "server" : "local";
    const fine = fineName(work, units);
    const own = this.#level(fine, place)?.value;
    if (own !== undefined) return own;
    const coarse = this.#level(work, place)?.value;
    const [otherFine, otherCoarse] = [this.#level(fine, other)?.value, this.#level(work, other)?.value];
    // Work of this size is off in the other place by so much, and likely here too.
    const off = otherFine !== undefined && otherCoarse !== undefined ? otherFine / otherCoarse : 1;
    if (coarse !== undefined) return coarse * off;
    const prior = PRIOR[place] * UNITS_PER_MS;
    const advantage = this.#advantage.value;
    const there = otherFine ?? otherCoarse;
    if (place === "local") return there === undefined ? prior : there / (advantage ?? 1);
    if (there === undefined) return prior;
    return HOPE * (advantage === undefined ? Math.max(prior, there) : there * advantage);
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
