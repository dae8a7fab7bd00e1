/**
 * The viewer's state: the strip, which picture is selected, which one the canvas shows, and the one decode that runs
 * for it. While a selected picture is decoded, the one before stays on the canvas, so that stopping loses nothing.
 */
import type { DecodeResult, Preference, Reply } from "@locus/client";
import type { Calls } from "../shared/calls.svelte.ts";
import type { Problem } from "../shared/problem.ts";
import { Picture } from "./picture.svelte.ts";
import { describe, lost } from "./problem.ts";
import type { HeldRaster, Pixels, Rasters } from "./raster/rasters.ts";

interface Task {
  readonly picture: Picture;
  readonly abort: AbortController;
  /** `performance.now()`. */
  readonly started: number;
}

/** What the canvas shows. */
export interface OnCanvas {
  readonly picture: Picture;
  readonly raster: HeldRaster;
}

function pixelsOf({ result, payloads }: Reply<DecodeResult>): Pixels {
  const { width, height, alpha, planes } = result.raster;
  const plane = planes.find((each) => each.name === "rgba");
  const data = plane && payloads[plane.payload];
  if (!plane || !data) throw new Error("the decoder delivered no RGBA plane");
  return { width, height, opaque: alpha === "opaque", rowBytes: plane.row_bytes, data };
}

/** Longer side of a thumbnail in pixels: twice what the strip shows, for dense screens. */
const thumbnailSide = 160;

export class Viewer {
  readonly #calls: Calls;
  readonly #rasters: Rasters;
  #background: AbortController | undefined;

  pictures = $state<Picture[]>([]);
  selected = $state.raw<Picture>();
  shown = $state.raw<OnCanvas>();
  /** The decode for the selected picture. */
  task = $state.raw<Task>();
  /** A redecode failed although its picture is in view: told beside it. */
  notice = $state.raw<Problem>();

  constructor(calls: Calls, rasters: Rasters) {
    this.#calls = calls;
    this.#rasters = rasters;
    rasters.onlost = () => {
      if (this.shown) this.notice = lost(this.shown.picture.name);
    };
  }

  get rasters(): Rasters {
    return this.#rasters;
  }

  /** Position of the selected picture, from 0; -1 for none. */
  get index(): number {
    return this.selected ? this.pictures.indexOf(this.selected) : -1;
  }

  /** Adds to the end of the strip and shows the first of what was added. */
  add(pictures: readonly Picture[]): void {
    const [first] = pictures;
    if (!first) return;
    this.pictures.push(...pictures);
    this.select(first);
  }

  addFiles(files: Iterable<File>): void {
    this.add(Array.from(files, (file) => Picture.from(file)));
  }

  select(picture: Picture): void {
    if (this.selected === picture && picture.status !== "stopped") return;
    this.#leave();
    this.notice = undefined;
    this.selected = picture;
    if (picture.raster && this.#rasters.has(picture.raster)) {
      this.#show(picture, picture.raster);
      this.#fillStrip();
    } else if (picture.status === "failed") {
      this.shown = undefined;
      this.#fillStrip();
    } else {
      void this.#decode(picture);
    }
  }

  /** The neighbour `by` places away; the ends do not wrap. */
  step(by: number): void {
    const to = this.pictures[this.index + by];
    if (to) this.select(to);
  }

  remove(picture: Picture): void {
    const at = this.pictures.indexOf(picture);
    if (at < 0) return;
    if (this.task?.picture === picture) this.#leave();
    this.pictures.splice(at, 1);
    if (picture.raster) this.#rasters.drop(picture.raster);
    if (this.shown?.picture === picture) this.shown = undefined;
    if (this.selected !== picture) return;
    this.selected = undefined;
    const neighbour = this.pictures[Math.min(at, this.pictures.length - 1)];
    if (neighbour) this.select(neighbour);
    else this.notice = undefined;
  }

  /** Stops the running decode. The picture before stays, or comes back. */
  cancel(): void {
    const task = this.task;
    if (!task) return;
    this.#leave();
    const { picture } = task;
    if (this.shown && this.shown.picture !== picture) {
      picture.status = "stopped";
      this.selected = this.shown.picture;
    } else if (!this.shown) {
      picture.status = "stopped";
    }
    this.#fillStrip();
  }

  /** Decodes the selected picture anew, where the switch now says, and keeps the view. */
  again(): void {
    const picture = this.selected;
    if (!picture) return;
    this.#leave();
    this.notice = undefined;
    void this.#decode(picture);
  }

  /** Ends the current task without a trace of failure. */
  #leave(): void {
    this.#background?.abort();
    const task = this.task;
    if (!task) return;
    this.task = undefined;
    task.picture.status = task.picture.raster ? "ready" : "waiting";
    task.picture.progress = undefined;
    task.abort.abort();
  }

  async #decode(picture: Picture): Promise<void> {
    this.#background?.abort();
    const task: Task = { picture, abort: new AbortController(), started: performance.now() };
    const { signal } = task.abort;
    const prefer: Preference = this.#calls.prefer;
    this.task = task;
    picture.status = "loading";
    picture.problem = undefined;
    picture.progress = undefined;
    try {
      const file = await picture.file(signal);
      signal.throwIfAborted();
      void this.#inspect(picture, file, signal).catch(() => undefined);
      const reply = await this.#calls.run("image.decode", {}, [file], {
        title: `Decode ${picture.name}`,
        prefer,
        priority: "interactive",
        signal,
        onprogress: (progress) => {
          if (this.task === task) picture.progress = progress;
        },
      });
      if (this.task !== task) return;
      const raster = this.#rasters.put(pixelsOf(reply));
      if (picture.raster) this.#rasters.drop(picture.raster);
      picture.raster = raster;
      picture.status = "ready";
      this.#show(picture, raster);
      void this.#rasters.thumbnail(raster, thumbnailSide).then(
        (bitmap) => this.#thumbnail(picture, bitmap),
        () => undefined,
      );
    } catch (error) {
      if (this.task !== task) return;
      const problem = describe(error, picture.name, prefer);
      if (this.shown?.picture === picture) {
        picture.status = "ready";
        this.notice = problem;
      } else {
        picture.status = "failed";
        picture.problem = problem;
        this.shown = undefined;
      }
    }
    this.task = undefined;
    picture.progress = undefined;
    this.#fillStrip();
  }

  async #inspect(picture: Picture, file: Blob, signal: AbortSignal): Promise<void> {
    if (picture.info) return;
    const { result } = await this.#calls.run("image.inspect", {}, [file], {
      title: `Inspect ${picture.name}`,
      quiet: true,
      signal,
    });
    picture.info = result;
  }

  #show(picture: Picture, raster: HeldRaster): void {
    this.#rasters.use(raster);
    this.shown = { picture, raster };
  }

  #thumbnail(picture: Picture, bitmap: ImageBitmap): void {
    if (this.pictures.includes(picture)) picture.thumbnail = bitmap;
    else bitmap.close();
  }

  /** While nothing is asked for, small decodes fill the strip, one at a time, nearest to the selected picture first. */
  #fillStrip(): void {
    this.#background?.abort();
    if (this.task || this.pictures.length < 2) return;
    const abort = new AbortController();
    this.#background = abort;
    void this.#fill(abort.signal).catch(() => undefined);
  }

  async #fill(signal: AbortSignal): Promise<void> {
    const tried = new Set<Picture>();
    for (;;) {
      const at = this.index;
      const picture = this.pictures
        .filter((each) => each.status === "waiting" && !each.thumbnail && !tried.has(each))
        .sort((a, b) => Math.abs(this.pictures.indexOf(a) - at) - Math.abs(this.pictures.indexOf(b) - at))[0];
      if (!picture || signal.aborted) return;
      tried.add(picture);
      const prefer = this.#calls.prefer;
      try {
        const file = await picture.file(signal);
        await this.#inspect(picture, file, signal);
        if (!picture.info) continue;
        const { width, height } = picture.info;
        const factor = Math.min(1, thumbnailSide / Math.max(width, height));
        const size = {
          width: Math.max(1, Math.round(width * factor)),
          height: Math.max(1, Math.round(height * factor)),
        };
        const reply = await this.#calls.run("image.decode", { size }, [file], {
          title: `Thumbnail of ${picture.name}`,
          quiet: true,
          priority: "background",
          signal,
        });
        this.#thumbnail(picture, await this.#rasters.small(pixelsOf(reply), thumbnailSide));
      } catch (error) {
        if (signal.aborted) return;
        const problem = describe(error, picture.name, prefer);
        // What only this file can be blamed for is said at once; the rest is tried again when it is selected.
        if (["invalid_input", "unsupported", "limit_exceeded"].includes(problem.code)) {
          picture.problem = problem;
          picture.status = "failed";
        }
      }
    }
  }
}
