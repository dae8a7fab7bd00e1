// How fast each operation has run in each place, learned from finished calls
// and kept across visits. Only predictions read it.

import type { Place } from "./placement.ts";

const KEY = "locus.speed";
/** How much a new measurement counts. */
const WEIGHT = 0.3;
/** An estimate's unit is about a nanosecond of a native core. */
const UNITS_PER_MS = 1e6;
/** Speed before anything was measured, in parts of a native core. */
const PRIOR = 0.6;

/** Where speeds are kept; `localStorage` in a page. */
export type Storage = Pick<globalThis.Storage, "getItem" | "setItem">;

export class Speeds {
  readonly #storage: Storage | undefined;
  readonly #unitsPerMs: Map<string, number>;

  constructor(storage: Storage | undefined = pageStorage()) {
    this.#storage = storage;
    this.#unitsPerMs = new Map(readSpeeds(storage));
  }

  /** Milliseconds that `units` of an operation are expected to take. */
  expect(operation: string, place: Place, units: number): number {
    return units / (this.#unitsPerMs.get(`${place} ${operation}`) ?? PRIOR * UNITS_PER_MS);
  }

  /** Takes note of a call that took `milliseconds` for `units`. */
  learn(operation: string, place: Place, units: number, milliseconds: number): void {
    if (!(units > 0 && milliseconds > 0)) return;
    const key = `${place} ${operation}`;
    const before = this.#unitsPerMs.get(key);
    const speed = units / milliseconds;
    this.#unitsPerMs.set(key, before === undefined ? speed : before + WEIGHT * (speed - before));
    try {
      this.#storage?.setItem(KEY, JSON.stringify(Object.fromEntries(this.#unitsPerMs)));
    } catch {
      // A full or forbidden storage costs the memory of a visit, no more.
    }
  }
}

function pageStorage(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    // Reading the property throws where the visitor forbids storage.
    return undefined;
  }
}

function readSpeeds(storage: Storage | undefined): [string, number][] {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(KEY) ?? "{}");
    return Object.entries(kept as object).filter(([, speed]) => Number.isFinite(speed) && speed > 0);
  } catch {
    return [];
  }
}
