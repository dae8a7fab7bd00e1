// Which engine has what a call needs. The codec keeps pictures that it has
// decoded in its instance, under the keys of their inputs; it says nothing of
// it, so what is kept is inferred from how long calls take.

import { Kept } from "../kept.ts";

/** What is known of a job. */
export interface Keyed {
  operation: string;
  /** Names of its inputs' bytes. */
  keys?: readonly string[] | undefined;
  /** What it is estimated to take when nothing is kept, and when its inputs are. */
  units?: { cold: number; warm: number } | undefined;
}

/** An engine, as far as it matters here. */
export interface Holder {
  readonly kind: string;
  readonly state: string;
}

/** A job that an engine runs, since when. */
interface Running {
  job: Keyed;
  since: number;
}

/** A job waits for an engine rather than begin elsewhere, if it then takes so much of the time at most. */
const WORTH_WAITING = 0.5;

export class Affinity<Engine extends Holder> {
  readonly #engines = new Map<Engine, Kept>();
  /** Milliseconds that a unit takes, by operation and kind of engine. */
  readonly #pace = new Map<string, number>();

  /** Whether some engine seems to have kept what was made of that input, and was called with it since the time `after`. */
  holds(key: string, operation?: string, after?: number): boolean {
    return [...this.#engines.values()].some((kept) => kept.holds(key, operation, after));
  }

  /** Whether an engine holds anything at all that may be used again. */
  isHolder(engine: Engine): boolean {
    return this.#engines.get(engine)?.any ?? false;
  }

  /**
   * Of these engines the one to prefer for a job that belongs on an engine of
   * this `kind`, if one may hold what it needs: one where that was seen, then
   * the one that has spent most on it. Where a call has found nothing, the
   * last one may have left something all the same.
   */
  best(job: Keyed, kind: string, engines: readonly Engine[]): Engine | undefined {
    let best: { engine: Engine; rank: number; tie: number } | undefined;
    for (const engine of engines) {
      const found = this.#find(job, engine);
      if (!found || (found.kept === "no" && engine.kind !== kind)) continue;
      const rank = ["no", "maybe", "yes"].indexOf(found.kept);
      const tie = rank === 0 ? found.used : found.longest;
      if (!best || rank > best.rank || (rank === best.rank && tie > best.tie)) best = { engine, rank, tie };
    }
    return best?.engine;
  }

  /** Whether it was seen that an engine holds what a job needs. */
  isSure(job: Keyed, engine: Engine): boolean {
    return this.#find(job, engine)?.kept === "yes";
  }

  /** Of these engines the one that holds the least, for a job of which something will be kept. */
  emptiest(job: Keyed, engines: readonly Engine[]): Engine | undefined {
    const size = (engine: Engine) => (job.keys?.length ? (this.#engines.get(engine)?.size ?? 0) : 0);
    return engines.reduce<Engine | undefined>(
      (best, engine) => (best && size(best) <= size(engine) ? best : engine),
      undefined,
    );
  }

  /**
   * Milliseconds that a job would rather wait for one of these busy engines,
   * which holds what it needs and is free in a moment, than begin from nothing.
   */
  patience(job: Keyed, kind: string, busy: Iterable<[Engine, Running]>): number | undefined {
    const cold = this.#expected(job, kind, "cold");
    if (cold === undefined) return undefined;
    for (const [engine, { job: other, since }] of busy) {
      if (this.#find(job, engine)?.kept !== "yes") continue;
      const known = this.#find(other, engine)?.kept === "yes" ? "warm" : "cold";
      const running = this.#expected(other, engine.kind, known);
      const own = this.#expected(job, engine.kind, "warm");
      if (running === undefined || own === undefined) continue;
      const since_ms = performance.now() - since;
      // What takes longer than it should may take as long again.
      const left = since_ms > running ? since_ms : running - since_ms;
      if (left + own < WORTH_WAITING * cold) return WORTH_WAITING * cold;
    }
    return undefined;
  }

  /** A job has ended well on an engine. */
  ended(engine: Engine, job: Keyed, milliseconds: number): void {
    const { operation, units } = job;
    if (!units || units.cold <= 0) return;
    const [cold, warm] = [this.#expected(job, engine.kind, "cold"), this.#expected(job, engine.kind, "warm")];
    let hit = false;
    // Of most operations nothing is kept.
    if (job.keys?.length && 2 * units.warm < units.cold) {
      const kept = this.#engines.get(engine) ?? new Kept();
      this.#engines.set(engine, kept);
      for (const key of job.keys) hit = kept.note(key, operation, milliseconds, cold, warm) || hit;
    }
    if (!hit) this.#learn(`${operation} ${engine.kind}`, milliseconds / units.cold);
  }

  /** What was made of that input turned out not to be there. */
  forget(key: string): void {
    for (const kept of this.#engines.values()) kept.forget(key);
  }

  /** An engine is no more. */
  gone(engine: Engine): void {
    this.#engines.delete(engine);
  }

  #find(job: Keyed, engine: Engine) {
    const kept = this.#engines.get(engine);
    for (const key of job.keys ?? []) {
      const found = kept?.find(key, job.operation);
      if (found) return found;
    }
    return undefined;
  }

  #expected({ operation, units }: Keyed, kind: string, how: "cold" | "warm"): number | undefined {
    const pace = this.#pace.get(`${operation} ${kind}`);
    return units && pace !== undefined ? units[how] * pace : undefined;
  }

  #learn(kind: string, pace: number): void {
    const known = this.#pace.get(kind);
    this.#pace.set(kind, known === undefined ? pace : 0.7 * known + 0.3 * pace);
  }
}
