/**
 * Frames of an animation around where it plays, decoded in chunks ahead of it. Memory is bounded: an animation that fits
 * stays whole, so that it is decoded once; of a longer one the frames just played give way to those that come.
 */
import type { FramesResult, Reply } from "@locus/client";
import { pixelsOf } from "../pixels.ts";
import type { HeldRaster, Rasters } from "../raster/rasters.ts";

/** Bytes of frames that are held at most, and that one call brings at most. */
const budget = 192 * 1024 * 1024;
const chunkBytes = 48 * 1024 * 1024;
/** The first call is a short one, so that playing begins soon. */
const opening = 6;

/** What the reel wants of whoever holds rasters. */
export type Holder = Pick<Rasters, "keep" | "drop" | "has">;

export type Decode = (first: number, count: number, signal: AbortSignal) => Promise<Reply<FramesResult>>;

export class Reel {
  readonly total: number;
  /** Milliseconds of each frame, corrected as frames come. */
  readonly durations: number[];
  readonly #rasters: Holder;
  readonly #decode: Decode;
  readonly #capacity: number;
  readonly #chunk: number;
  readonly #held = new Map<number, HeldRaster>();
  readonly #waiting = new Map<number, ((held: HeldRaster) => void)[]>();
  readonly #ended = new AbortController();
  #running: AbortController | undefined;
  /** The first frame that the running call brings, and how many. */
  #coming = { first: 0, count: 0 };
  #at = 0;
  #onfail: (error: unknown) => void;

  constructor(
    rasters: Holder,
    decode: Decode,
    size: { width: number; height: number },
    durations: readonly number[],
    onfail: (error: unknown) => void,
  ) {
    const frame = size.width * size.height * 4;
    this.#rasters = rasters;
    this.#decode = decode;
    this.#onfail = onfail;
    this.total = durations.length;
    this.durations = [...durations];
    this.#capacity = Math.max(3, Math.floor(budget / frame));
    this.#chunk = Math.max(1, Math.min(Math.floor(chunkBytes / frame), Math.ceil(this.#capacity / 2)));
  }

  get(index: number): HeldRaster | undefined {
    const held = this.#held.get(index);
    return held && this.#rasters.has(held) ? held : undefined;
  }

  /** Somebody looks at this frame, and at those after it next. */
  seek(index: number): void {
    this.#at = index;
    void this.#fill();
  }

  /** The frame, as soon as it is there. Never settles when the reel ends before. */
  async frame(index: number): Promise<HeldRaster> {
    const held = this.get(index);
    if (held) return held;
    return new Promise((settle) => {
      this.#waiting.set(index, [...(this.#waiting.get(index) ?? []), settle]);
      this.seek(index);
    });
  }

  end(): void {
    this.#ended.abort();
    this.#running?.abort();
    for (const held of this.#held.values()) this.#rasters.drop(held);
    this.#held.clear();
    this.#waiting.clear();
  }

  #distance(index: number): number {
    return (index - this.#at + this.total) % this.total;
  }

  /** How many frames from here on are held without a gap. */
  #ahead(): number {
    let count = 0;
    while (count < this.total && this.get((this.#at + count) % this.total)) count++;
    return count;
  }

  async #fill(): Promise<void> {
    const ahead = this.#ahead();
    if (ahead >= this.total || this.#ended.signal.aborted) return;
    const room = Math.min(this.#capacity, this.total);
    const missing = (this.#at + ahead) % this.total;
    if (this.#running) {
      const { first, count } = this.#coming;
      if (ahead > 0 || (missing >= first && missing < first + count)) return;
      // Somebody jumped: what comes is not what is looked at.
      this.#running.abort();
    } else if (this.total > room && ahead > room / 2) return;
    const wanted = this.#held.size === 0 ? Math.min(opening, this.#chunk) : this.#chunk;
    const count = Math.max(1, Math.min(wanted, this.total - missing, room - Math.min(ahead, room - 1)));
    const abort = new AbortController();
    this.#running = abort;
    this.#coming = { first: missing, count };
    try {
      const reply = await this.#decode(missing, count, abort.signal);
      if (abort.signal.aborted) return;
      if (reply.result.frames.length === 0) throw new Error("no frame came");
      this.#take(reply);
    } catch (error) {
      if (abort.signal.aborted || this.#ended.signal.aborted) return;
      this.#running = undefined;
      this.#onfail(error);
      return;
    }
    this.#running = undefined;
    void this.#fill();
  }

  #take({ result, payloads }: Reply<FramesResult>): void {
    result.frames.forEach(({ raster, duration_ms }, offset) => {
      const index = result.first + offset;
      if (index >= this.total) return;
      this.durations[index] = duration_ms;
      const before = this.#held.get(index);
      if (before) this.#rasters.drop(before);
      const held = this.#rasters.keep(pixelsOf({ result: { raster }, payloads }));
      this.#held.set(index, held);
      for (const settle of this.#waiting.get(index) ?? []) settle(held);
      this.#waiting.delete(index);
    });
    const over = [...this.#held.keys()].sort((a, b) => this.#distance(b) - this.#distance(a));
    for (const index of over.slice(0, Math.max(0, this.#held.size - this.#capacity))) {
      this.#rasters.drop(this.#held.get(index) as HeldRaster);
      this.#held.delete(index);
    }
  }
}
