/**
 * Which tiles are computed, and when: a few at a time, always the best of those that are wanted now. What is wanted
 * changes with every move, so nothing waits in a queue elsewhere, and what is no longer wanted is let go.
 */
import type { Recipe, Spot } from "./tiles.ts";

export interface Wish extends Spot {
  key: string;
  limit: number;
  recipe: Recipe;
}

export interface Work<Done> {
  /** Computes a tile; `begun` when a place has taken it up. */
  run(wish: Wish, signal: AbortSignal, begun: () => void): Promise<Done>;
  done(wish: Wish, tile: Done): void;
  /** Every failure; `final` when it is not tried again. */
  failed(wish: Wish, error: unknown, final: boolean): void;
  /** Tiles that may be on their way at once. */
  most(): number;
}

interface Flight {
  wish: Wish;
  abort: AbortController;
  begun: number | undefined;
}

/** Times that a tile is tried. */
const tries = 3;
/** Milliseconds between two tries of a tile; doubled each time. */
const pause = 600;
/** Milliseconds that a tile that nobody wants any more may still run: most end before they could be stopped. */
const mercy = 120;

export class Scheduler<Done> {
  readonly #work: Work<Done>;
  readonly #flights = new Map<string, Flight>();
  readonly #failures = new Map<string, { times: number; until: number }>();
  #wishes: readonly Wish[] = [];
  #paused = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(work: Work<Done>) {
    this.#work = work;
  }

  get inFlight(): number {
    return this.#flights.size;
  }

  get idle(): boolean {
    return this.#flights.size === 0;
  }

  /** What is wanted now, the best first. */
  want(wishes: readonly Wish[]): void {
    this.#wishes = wishes;
    this.#next();
  }

  set paused(paused: boolean) {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#dropAll();
    else this.#next();
  }

  /** Failed tiles may be tried again. */
  forgive(): void {
    this.#failures.clear();
    this.#next();
  }

  /** Lets everything go and begins anew, e.g. in another place. */
  restart(): void {
    this.#dropAll();
    this.forgive();
  }

  close(): void {
    this.#wishes = [];
    this.#paused = true;
    this.#dropAll();
    clearTimeout(this.#timer);
  }

  #dropAll(): void {
    for (const flight of [...this.#flights.values()]) this.#drop(flight);
  }

  #drop(flight: Flight): void {
    this.#flights.delete(flight.wish.key);
    flight.abort.abort();
  }

  #next(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#paused) return;
    const now = performance.now();
    const wanted = new Map(this.#wishes.map((wish) => [wish.key, wish]));
    let wait = Number.POSITIVE_INFINITY;
    for (const flight of [...this.#flights.values()]) {
      const wish = wanted.get(flight.wish.key);
      if (wish?.limit === flight.wish.limit && wish.recipe === flight.wish.recipe) continue;
      const ran = flight.begun === undefined ? Number.POSITIVE_INFINITY : now - flight.begun;
      if (ran >= mercy) this.#drop(flight);
      else wait = Math.min(wait, mercy - ran);
    }
    const most = this.#work.most();
    for (const wish of this.#wishes) {
      if (this.#flights.size >= most) break;
      if (this.#flights.has(wish.key)) continue;
      const failure = this.#failures.get(wish.key);
      if (failure && (failure.times >= tries || failure.until > now)) {
        if (failure.times < tries) wait = Math.min(wait, failure.until - now);
        continue;
      }
      this.#start(wish);
    }
    if (wait < Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#next(), wait + 1);
  }

  #start(wish: Wish): void {
    const flight: Flight = { wish, abort: new AbortController(), begun: undefined };
    this.#flights.set(wish.key, flight);
    const begun = () => {
      flight.begun ??= performance.now();
    };
    this.#work.run(wish, flight.abort.signal, begun).then(
      (tile) => {
        // What ended before it could be let go is as good as any.
        this.#land(flight);
        this.#failures.delete(wish.key);
        this.#wishes = this.#wishes.filter(({ key }) => key !== wish.key);
        this.#work.done(wish, tile);
        this.#next();
      },
      (error) => {
        if (flight.abort.signal.aborted) return;
        this.#land(flight);
        const times = (this.#failures.get(wish.key)?.times ?? 0) + 1;
        this.#failures.set(wish.key, { times, until: performance.now() + pause * 2 ** (times - 1) });
        this.#work.failed(wish, error, times >= tries);
        this.#next();
      },
    );
  }

  #land(flight: Flight): void {
    if (this.#flights.get(flight.wish.key) === flight) this.#flights.delete(flight.wish.key);
  }
}
