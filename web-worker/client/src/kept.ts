// What a place seems to have kept of the inputs that it was called with. It
// does not say so: a call that takes what such calls take from nothing has
// found nothing, one that takes as little as a warm one has found it.

/** Inputs that are remembered of a place; it keeps the pictures of a few. */
const MOST = 16;

export interface Found {
  /** Whether what was made of the input was used again; `maybe` before anybody tried. */
  kept: "yes" | "no" | "maybe";
  /** Milliseconds of the longest call with it. */
  longest: number;
  /** When it was last used. */
  used: number;
}

export class Kept {
  readonly #found = new Map<string, Found>();

  /** How many inputs these are. */
  get size(): number {
    return this.#found.size;
  }

  /** Whether something may be used again. */
  get any(): boolean {
    return [...this.#found.values()].some(({ kept }) => kept !== "no");
  }

  /** What is known of an operation's calls with an input. */
  find(key: string, operation: string): Found | undefined {
    return this.#found.get(name(key, operation));
  }

  /** Whether a call with that input may find it kept; used since the time `after`. */
  holds(key: string, operation?: string, after = Number.NEGATIVE_INFINITY): boolean {
    const good = ({ kept, used }: Found) => kept !== "no" && used >= after;
    if (operation !== undefined) {
      const found = this.find(key, operation);
      return found !== undefined && good(found);
    }
    return [...this.#found].some(([named, found]) => named.endsWith(` ${key}`) && good(found));
  }

  /**
   * A call with that input took so many milliseconds, where one that finds
   * nothing is expected to take `cold` and one that finds it kept `warm`.
   * Returns whether it found it.
   */
  note(key: string, operation: string, milliseconds: number, cold?: number, warm?: number): boolean {
    const named = name(key, operation);
    const before = this.#found.get(named);
    let kept: Found["kept"] = before?.kept ?? "maybe";
    if (before && cold !== undefined && warm !== undefined) kept = milliseconds < Math.sqrt(cold * warm) ? "yes" : "no";
    this.#found.delete(named);
    this.#found.set(named, {
      kept,
      longest: Math.max(before?.longest ?? 0, milliseconds),
      used: performance.now(),
    });
    const [oldest] = this.#found.keys();
    if (this.#found.size > MOST && oldest !== undefined) this.#found.delete(oldest);
    return before !== undefined && kept === "yes";
  }

  /** It turned out not to be there. */
  forget(key: string): void {
    for (const named of [...this.#found.keys()]) if (named.endsWith(` ${key}`)) this.#found.delete(named);
  }
}

function name(key: string, operation: string): string {
  return `${operation} ${key}`;
}
