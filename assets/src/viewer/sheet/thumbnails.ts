/**
 * Small pictures for the strip and for the contact sheet: decoded small, those first that are nearest to where somebody
 * looks, a few at a time. What is looked at no longer is cancelled, and no more than a budget of bitmaps is held: those
 * farthest away go.
 */
import { once, type Preference } from "@locus/client";
import type { Calls } from "../../shared/calls.svelte.ts";
import type { Series } from "../../shared/series.ts";
import type { Picture } from "../picture.svelte.ts";
import { pixelsOf } from "../pixels.ts";
import { describe } from "../problem.ts";
import type { Rasters } from "../raster/rasters.ts";

/** Longer side of a thumbnail in pixels. */
export const side = 256;
/** Bitmaps that are held: at most 64 MiB. */
export const capacity = (64 * 1024 * 1024) / (side * side * 4);
/** Pixels that are decoded at the same time: photographs one by one, as each takes some 150 MiB of an engine of its own. */
const together = 20e6;
/** Bytes at a file's head from which its size in pixels is read first. */
const headBytes = 128 * 1024;
/** Milliseconds after which a picture that failed for no fault of its own is tried again. */
const again = 5000;

/** What only the file can be blamed for: it is said at once, and not tried again. */
const itsOwn = ["invalid_input", "unsupported", "limit_exceeded"];

interface Job {
  readonly picture: Picture;
  readonly abort: AbortController;
  pixels: number;
}

export class Thumbnails {
  readonly #calls: Calls;
  readonly #rasters: Rasters;
  readonly #most = Math.max(1, Math.min(4, navigator.hardwareConcurrency ?? 1));
  readonly #jobs = new Map<Picture, Job>();
  readonly #failed = new WeakMap<Picture, number>();
  /** Those that hold a bitmap. */
  readonly #held = new Set<Picture>();
  /** Hears how many bitmaps are held. */
  onheld: (count: number) => void = () => {};
  #order: readonly Picture[] = [];
  #seen = 0;
  #ahead = 0;
  #paused = false;
  #series: { decode: Series<"image.decode">; inspect: Series<"image.inspect"> } | undefined;
  #freed: (() => void)[] = [];

  constructor(calls: Calls, rasters: Rasters) {
    this.#calls = calls;
    this.#rasters = rasters;
  }

  /**
   * Pictures for which small ones are wanted, the nearest first. The first `seen` of them are in view, the first `ahead`
   * are made; of the others those are kept that are there.
   */
  want(order: readonly Picture[], seen: number, ahead: number): void {
    this.#order = order.slice(0, capacity);
    this.#seen = seen;
    this.#ahead = ahead;
    const wanted = new Set(this.#order);
    for (const picture of this.#held) if (!wanted.has(picture)) this.#drop(picture);
    const inView = new Set(this.#order.slice(0, seen));
    const missing = [...inView].some((picture) => this.#missing(picture) && !this.#jobs.has(picture));
    for (const { picture, abort } of this.#jobs.values()) {
      if (!wanted.has(picture) || (missing && !inView.has(picture))) abort.abort();
    }
    this.#pump();
  }

  /** While something else needs the engines, nothing is decoded here. */
  pause(): void {
    this.#paused = true;
    for (const { abort } of this.#jobs.values()) abort.abort();
  }

  resume(): void {
    this.#paused = false;
    this.#pump();
  }

  /** Takes a bitmap that came of something else. */
  put(picture: Picture, bitmap: ImageBitmap): void {
    picture.thumbnail?.close();
    picture.thumbnail = bitmap;
    this.#held.add(picture);
    this.onheld(this.#held.size);
  }

  /** The picture is gone. */
  forget(picture: Picture): void {
    this.#order = this.#order.filter((each) => each !== picture);
    this.#jobs.get(picture)?.abort.abort();
    this.#drop(picture);
  }

  #drop(picture: Picture): void {
    if (this.#held.delete(picture)) this.onheld(this.#held.size);
    picture.thumbnail?.close();
    picture.thumbnail = undefined;
  }

  #missing(picture: Picture): boolean {
    if (picture.thumbnail || picture.status === "failed" || picture.status === "loading") return false;
    const failed = this.#failed.get(picture);
    return failed === undefined || performance.now() - failed > again;
  }

  #pump(): void {
    if (!this.#paused) {
      for (const [at, picture] of this.#order.entries()) {
        if (this.#jobs.size >= this.#most || at >= this.#ahead) break;
        if (this.#jobs.has(picture) || !this.#missing(picture)) continue;
        const job: Job = { picture, abort: new AbortController(), pixels: 0 };
        this.#jobs.set(picture, job);
        void this.#run(job, at < this.#seen).finally(() => {
          this.#jobs.delete(picture);
          for (const wake of this.#freed.splice(0)) wake();
          this.#pump();
        });
      }
    }
    if (this.#jobs.size > 0) return;
    this.#series?.decode.close();
    this.#series?.inspect.close();
    this.#series = undefined;
  }

  async #run(job: Job, seen: boolean): Promise<void> {
    const { picture } = job;
    const { signal } = job.abort;
    const prefer = this.#calls.prefer;
    try {
      const file = await picture.file(signal);
      const { width, height } = await this.#size(picture, file, prefer, signal);
      await this.#room(job, width * height);
      const factor = Math.min(1, side / Math.max(width, height));
      const size = {
        width: Math.max(1, Math.round(width * factor)),
        height: Math.max(1, Math.round(height * factor)),
      };
      const priority = seen ? "normal" : "background";
      // Engines keep the pixels of a file for the next call with it. Of hundreds of files there is none, and they would
      // push out the picture that is looked at.
      const reply = await this.#calling.decode.run({ size }, { prefer, priority, signal }, [once(file)]);
      const bitmap = await this.#rasters.small(pixelsOf(reply), side);
      if (signal.aborted) bitmap.close();
      else this.put(picture, bitmap);
    } catch (error) {
      if (signal.aborted) return;
      this.#failed.set(picture, performance.now());
      const problem = describe(error, picture.name, prefer);
      if (picture.status === "waiting" && (itsOwn.includes(problem.code) || problem.code === "link")) {
        picture.problem = problem;
        picture.status = "failed";
      }
    }
  }

  /** In pixels, from the file's head where that is enough. */
  async #size(
    picture: Picture,
    file: Blob,
    prefer: Preference,
    signal: AbortSignal,
  ): Promise<{ width: number; height: number }> {
    if (picture.size) return picture.size;
    const ask = async (part: Blob) =>
      (await this.#calling.inspect.run({}, { prefer, priority: "background", signal }, [once(part)])).result;
    if (file.size > headBytes) {
      try {
        const { width, height } = await ask(file.slice(0, headBytes));
        return { width, height };
      } catch {
        signal.throwIfAborted();
      }
    }
    picture.info = await ask(file);
    return picture.info;
  }

  /** Waits until those that are decoded together leave room for this one. */
  async #room(job: Job, pixels: number): Promise<void> {
    const others = () => [...this.#jobs.values()].reduce((sum, each) => sum + each.pixels, 0);
    while (others() > 0 && others() + pixels > together) {
      await new Promise<void>((wake) => this.#freed.push(wake));
      job.abort.signal.throwIfAborted();
    }
    job.pixels = pixels;
  }

  get #calling(): { decode: Series<"image.decode">; inspect: Series<"image.inspect"> } {
    this.#series ??= {
      decode: this.#calls.series("image.decode", { title: "Small pictures", noun: "picture", quiet: true }),
      inspect: this.#calls.series("image.inspect", { title: "Sizes of pictures", noun: "file", quiet: true }),
    };
    return this.#series;
  }
}
