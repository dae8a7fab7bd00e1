/**
 * Plays an animation: which frame is seen and until when. The clock is the screen's; a frame that comes late holds the
 * film up rather than being left out, unless its time has passed already.
 */
import { LocusError } from "@locus/client";
import type { Calls } from "../../shared/calls.svelte.ts";
import type { Picture } from "../picture.svelte.ts";
import { type Extent, type Look, lookWords } from "../raster/look.ts";
import type { HeldRaster, Rasters } from "../raster/rasters.ts";
import { Reel } from "./reel.ts";

export const speeds: readonly number[] = [0.1, 0.25, 0.5, 1, 2, 4];

/** Bitmaps made ahead of the frame that is seen. */
const ready = 3;
/** Frames that say nothing, or next to nothing, are seen as long as every browser shows them. */
const unsaid = 100;
const shortest = 10;

export interface Screen {
  show(bitmap: ImageBitmap): void;
  look(): Look;
  /** Pixels of the screen that the picture takes. */
  size(): Extent | undefined;
}

interface Made {
  words: string;
  bitmap: Promise<ImageBitmap>;
}

export class Film {
  readonly picture: Picture;
  readonly total: number;
  /** How often it plays, 0 for ever. */
  readonly loops: number;
  readonly #rasters: Rasters;
  readonly #screen: Screen;
  readonly #reel: Reel;
  readonly #made = new Map<number, Made>();

  playing = $state(false);
  index = $state(0);
  speed = $state<number>(1);
  /** The next frame is not there yet. */
  waiting = $state(false);
  problem = $state.raw<string>();
  /** The frame that is seen while the film stands still; none before the first step. */
  raster = $state.raw<HeldRaster>();

  #played = 0;
  #due = 0;
  #tick = 0;
  #ended = false;

  constructor(picture: Picture, file: Blob, calls: Calls, rasters: Rasters, screen: Screen) {
    const info = picture.info;
    if (!info) throw new Error("nothing is known of the picture");
    this.picture = picture;
    this.total = info.frames.length;
    this.loops = info.loops ?? 0;
    this.#rasters = rasters;
    this.#screen = screen;
    this.#reel = new Reel(
      rasters,
      (first, count, signal) =>
        calls.run("image.frames", { first, count }, [file], {
          title: `Frames of ${picture.name}`,
          quiet: true,
          priority: "interactive",
          signal,
        }),
      info,
      info.frames.map(({ duration_ms }) => duration_ms ?? 0),
      (error) => this.#fail(error),
    );
  }

  /** Milliseconds that a frame is seen, at the speed of the file. */
  duration(index: number): number {
    const said = this.#reel.durations[index] ?? 0;
    return said < shortest ? unsaid : said;
  }

  play(): void {
    if (this.playing || this.#ended) return;
    this.problem = undefined;
    this.playing = true;
    if (this.loops > 0 && this.#played >= this.loops) {
      this.#played = 0;
      this.index = 0;
    }
    this.#reel.seek(this.index);
    this.#due = performance.now() + this.duration(this.index) / this.speed;
    this.#tick = requestAnimationFrame((now) => this.#frame(now));
  }

  /** Settles when the frame that it stands on is there. */
  async pause(): Promise<void> {
    if (!this.playing) return;
    this.#stop();
    await this.#stand(this.index);
  }

  toggle(): void {
    if (this.playing) void this.pause();
    else this.play();
  }

  /** Shows a frame and stands still. */
  seek(index: number): void {
    this.#stop();
    this.problem = undefined;
    this.index = ((index % this.total) + this.total) % this.total;
    void this.#stand(this.index);
  }

  step(by: number): void {
    this.seek(this.index + by);
  }

  faster(by: 1 | -1): void {
    const at = speeds.indexOf(this.speed);
    this.speed = speeds[Math.min(speeds.length - 1, Math.max(0, at + by))] ?? 1;
  }

  end(): void {
    this.#ended = true;
    this.#stop();
    this.#reel.end();
  }

  #stop(): void {
    cancelAnimationFrame(this.#tick);
    this.playing = false;
    this.waiting = false;
    for (const index of [...this.#made.keys()]) this.#discard(index);
  }

  async #stand(index: number): Promise<void> {
    this.waiting = this.#reel.get(index) === undefined;
    const raster = await this.#reel.frame(index);
    if (this.index !== index || this.playing || this.#ended) return;
    this.waiting = false;
    this.raster = raster;
  }

  /** The frame that is to be seen at this time, and how often the film has ended until then. */
  #next(now: number): { index: number; due: number; played: number; over: boolean } {
    let { index } = this;
    let due = this.#due;
    let played = this.#played;
    // After a hitch longer than the film there is no time to make up for.
    for (let passed = 0; now >= due && passed < this.total; passed++) {
      if (index === this.total - 1) {
        played++;
        if (this.loops > 0 && played >= this.loops) return { index, due, played, over: true };
      }
      index = (index + 1) % this.total;
      due += this.duration(index) / this.speed;
    }
    return { index, due: now >= due ? now + this.duration(index) / this.speed : due, played, over: false };
  }

  #frame(now: number): void {
    if (!this.playing) return;
    this.#tick = requestAnimationFrame((next) => this.#frame(next));
    this.#prepare();
    if (now < this.#due) return;
    let next = this.#next(now);
    if (next.over) {
      this.#played = next.played;
      this.index = this.total - 1;
      void this.pause();
      return;
    }
    // What isn't there yet is waited for, one frame after the other.
    if (!this.#reel.get(next.index)) {
      const index = (this.index + 1) % this.total;
      const played = this.#played + (index === 0 ? 1 : 0);
      next = { index, due: now + this.duration(index) / this.speed, played, over: false };
    }
    const made = this.#make(next.index);
    if (!made) {
      this.waiting = true;
      this.#reel.seek(next.index);
      return;
    }
    this.waiting = false;
    this.#made.delete(next.index);
    this.#due = next.due;
    this.#played = next.played;
    this.index = next.index;
    this.#reel.seek(next.index);
    made.bitmap.then(
      (bitmap) => {
        if (this.playing && this.index === next.index) this.#screen.show(bitmap);
        else bitmap.close();
      },
      () => undefined,
    );
  }

  #prepare(): void {
    const wanted = new Set<number>();
    for (let ahead = 1; ahead <= Math.min(ready, this.total - 1); ahead++)
      wanted.add((this.index + ahead) % this.total);
    for (const index of [...this.#made.keys()]) if (!wanted.has(index)) this.#discard(index);
    for (const index of wanted) this.#make(index);
  }

  #make(index: number): Made | undefined {
    const look = this.#screen.look();
    const words = lookWords(look);
    const made = this.#made.get(index);
    if (made?.words === words) return made;
    if (made) this.#discard(index);
    const raster = this.#reel.get(index);
    if (!raster) return undefined;
    const making = { words, bitmap: this.#rasters.whole(raster, look, this.#screen.size()) };
    making.bitmap.catch(() => undefined);
    this.#made.set(index, making);
    return making;
  }

  #discard(index: number): void {
    this.#made.get(index)?.bitmap.then(
      (bitmap) => bitmap.close(),
      () => undefined,
    );
    this.#made.delete(index);
  }

  #fail(error: unknown): void {
    this.#stop();
    const code = error instanceof LocusError ? error.code : "";
    if (code === "unsupported" || code === "unknown_operation") this.problem = "This animation can't be played here.";
    else this.problem = `Frames could not be decoded: ${error instanceof Error ? error.message : String(error)}`;
  }
}
