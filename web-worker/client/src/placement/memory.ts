// What placement has learned, kept across visits.

import type { KeptBeliefs } from "./beliefs.ts";
import type { KeptLevel } from "./level.ts";

const KEY = "locus.placement";
/** Milliseconds between two writes: storage is slow, and calls may be many. */
const PAUSE_MS = 1_000;

/** Where it is kept; `localStorage` in a page. */
export interface Storage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

export class Memory {
  readonly #storage: Storage | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: Storage | undefined = pageStorage()) {
    this.#storage = storage;
  }

  /** What was kept; nothing where it can't be read. */
  read(): KeptBeliefs {
    try {
      const kept: unknown = JSON.parse(this.#storage?.getItem(KEY) ?? "{}");
      const { speeds, link } = (kept ?? {}) as { speeds?: unknown; link?: unknown };
      return { speeds: levels(speeds), link: levels(link) };
    } catch {
      return {};
    }
  }

  /** Keeps what `beliefs` returns, soon. */
  write(beliefs: () => KeptBeliefs): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      try {
        this.#storage?.setItem(KEY, JSON.stringify(beliefs()));
      } catch {
        // A full or forbidden storage costs the memory of a visit, no more.
      }
    }, PAUSE_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}

/** Others may write to the same storage: only what is valid is believed. */
function levels(kept: unknown): Record<string, KeptLevel> {
  const entries = Object.entries((kept ?? {}) as object).filter(
    ([, level]) => Array.isArray(level) && Number.isFinite(level[0]) && level[0] > 0,
  );
  return Object.fromEntries(entries);
}

function pageStorage(): Storage | undefined {
  try {
    // Workers see this file's types, and have no such property.
    return (globalThis as { localStorage?: Storage }).localStorage;
  } catch {
    // Reading the property throws where the visitor forbids storage.
    return undefined;
  }
}
