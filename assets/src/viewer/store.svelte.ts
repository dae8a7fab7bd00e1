/**
 * The viewer's state: the strip, which picture is selected, which one the canvas shows, and the one decode that runs
 * for it. While a selected picture is decoded, the one before stays on the canvas, so that stopping loses nothing.
 */
import type { Preference } from "@locus/client";
import type { Calls } from "../shared/calls.svelte.ts";
import type { Problem } from "../shared/problem.ts";
import { count } from "../shared/words.ts";
import { Picture } from "./picture.svelte.ts";
import { pixelsOf } from "./pixels.ts";
import { describe, lost } from "./problem.ts";
import type { HeldRaster, Rasters } from "./raster/rasters.ts";
import { nearest } from "./sheet/nearest.ts";
import { capacity, side, Thumbnails } from "./sheet/thumbnails.ts";

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

/** Something that happened and needs no answer, with what can be done about it. */
export interface Note {
  readonly title: string;
  readonly text?: string;
  readonly action?: { readonly words: string; run(): void };
  /** It was put away, or has gone by itself, and what it offered with it. */
  ongone?(): void;
}

/** What was taken out together, and from where. */
interface Removal {
  readonly places: readonly { readonly picture: Picture; readonly at: number }[];
  /** It was selected, and is again. */
  readonly selected: Picture | undefined;
}

/** As many removals as can be undone. */
const mostRemovals = 50;
/** Small pictures that the strip asks for, in view or not. */
const stripAhead = 48;

export class Viewer {
  readonly #calls: Calls;
  readonly #rasters: Rasters;
  readonly #thumbnails: Thumbnails;
  readonly #removals: Removal[] = [];
  /** Where somebody looks: a place of the strip or of the contact sheet, and how many are in view there. */
  #looked = { at: 0, seen: 1, ahead: stripAhead };

  pictures = $state.raw<readonly Picture[]>([]);
  selected = $state.raw<Picture>();
  shown = $state.raw<OnCanvas>();
  /** The decode for the selected picture. */
  task = $state.raw<Task>();
  /** A redecode failed although its picture is in view: told beside it. */
  notice = $state.raw<Problem>();
  note = $state.raw<Note>();
  /** How many small pictures there are. */
  small = $state(0);
  /** Chosen in the contact sheet, for what is done with several at once. */
  chosen = $state.raw<ReadonlySet<Picture>>(new Set());

  constructor(calls: Calls, rasters: Rasters) {
    this.#calls = calls;
    this.#rasters = rasters;
    this.#thumbnails = new Thumbnails(calls, rasters);
    this.#thumbnails.onheld = (count) => {
      this.small = count;
    };
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
    this.pictures = [...this.pictures, ...pictures];
    this.select(first);
  }

  /** The strip as it was kept; nothing may be open yet. */
  restore(pictures: readonly Picture[], selected: Picture | undefined): void {
    this.pictures = pictures;
    if (selected) this.select(selected);
  }

  /** What was kept, where something has been opened before it was back. */
  prepend(pictures: readonly Picture[]): void {
    this.pictures = [...pictures, ...this.pictures];
    this.#want();
  }

  addFiles(files: Iterable<File>): void {
    this.add(Array.from(files, (file) => Picture.from(file)));
  }

  select(picture: Picture): void {
    if (this.selected === picture && picture.status !== "stopped") return;
    this.#leave();
    this.notice = undefined;
    this.selected = picture;
    this.#looked = { ...this.#looked, at: this.index };
    if (picture.raster && this.#rasters.has(picture.raster)) {
      this.#show(picture, picture.raster);
      this.#want();
    } else if (picture.status === "failed") {
      this.shown = undefined;
      this.#want();
    } else {
      void this.#decode(picture);
    }
  }

  /** The neighbour `by` places away; the ends do not wrap. */
  step(by: number): void {
    const to = this.pictures[this.index + by];
    if (to) this.select(to);
  }

  choose(pictures: Iterable<Picture>): void {
    this.chosen = new Set(pictures);
  }

  /** Takes pictures out; `undo` brings them back. */
  remove(...gone: readonly Picture[]): void {
    const places = gone
      .map((picture) => ({ picture, at: this.pictures.indexOf(picture) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at);
    const [first] = places;
    if (!first) return;
    const leaving = new Set(places.map(({ picture }) => picture));
    const { selected, index } = this;
    const lost = selected !== undefined && leaving.has(selected);
    this.#removals.push({ places, selected: lost ? selected : undefined });
    if (this.#removals.length > mostRemovals) this.#removals.shift();
    if (this.task && leaving.has(this.task.picture)) this.#leave();
    const before = this.pictures.slice(0, Math.max(0, index)).filter((picture) => !leaving.has(picture)).length;
    this.pictures = this.pictures.filter((picture) => !leaving.has(picture));
    this.chosen = new Set([...this.chosen].filter((picture) => !leaving.has(picture)));
    for (const picture of leaving) {
      this.#thumbnails.forget(picture);
      if (picture.raster) this.#rasters.drop(picture.raster);
    }
    if (this.shown && leaving.has(this.shown.picture)) this.shown = undefined;
    const title =
      leaving.size > 1 ? `${count(leaving.size)} pictures were taken out` : `${first.picture.name} was taken out`;
    this.note = { title, action: { words: "Undo", run: () => this.undo() } };
    if (!lost) {
      this.#want();
      return;
    }
    this.selected = undefined;
    const neighbour = this.pictures[Math.min(before, this.pictures.length - 1)];
    if (neighbour) this.select(neighbour);
    else this.notice = undefined;
  }

  get undoable(): boolean {
    return this.#removals.length > 0;
  }

  /** Puts what was taken out last back to where it was. */
  undo(): void {
    const removal = this.#removals.pop();
    if (!removal) return;
    const pictures = [...this.pictures];
    for (const { picture, at } of removal.places) pictures.splice(at, 0, picture);
    this.pictures = pictures;
    this.note = undefined;
    if (removal.selected) this.select(removal.selected);
    else this.#want();
  }

  /** Puts the note away. What it offered to bring back stays away for good if it says so. */
  unnote(): void {
    const { note } = this;
    this.note = undefined;
    if (!note?.ongone) return;
    this.#removals.length = 0;
    note.ongone();
  }

  /** Says how adding went, where there is something to say. */
  tell(note: Note): void {
    this.note = note;
  }

  /** Somebody looks at the pictures around this place; `seen` are in view, and `all` wants small ones beyond them, too. */
  look(at: number, seen: number, all: boolean): void {
    this.#looked = { at, seen, ahead: all ? capacity : Math.max(stripAhead, 3 * seen) };
    this.#want();
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
    this.#want();
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
    const task = this.task;
    if (!task) return;
    this.task = undefined;
    task.picture.status = task.picture.raster ? "ready" : "waiting";
    task.picture.progress = undefined;
    task.abort.abort();
  }

  async #decode(picture: Picture): Promise<void> {
    this.#thumbnails.pause();
    const task: Task = { picture, abort: new AbortController(), started: performance.now() };
    const { signal } = task.abort;
    const prefer: Preference = this.#calls.prefer;
    this.task = task;
    picture.status = "loading";
    picture.problem = undefined;
    picture.progress = undefined;
    try {
      const file = await picture.file(signal, (fraction) => {
        if (this.task !== task) return;
        const elapsed_ms = performance.now() - task.started;
        picture.progress = { phase: "fetch", fraction, place: "local", elapsed_ms };
      });
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
      void this.#rasters.thumbnail(raster, side).then(
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
    this.#want();
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
    if (this.pictures.includes(picture)) this.#thumbnails.put(picture, bitmap);
    else bitmap.close();
  }

  /** While nothing is asked for, small decodes fill the strip, nearest to where somebody looks first. */
  #want(): void {
    if (this.task) return;
    const { at, seen, ahead } = this.#looked;
    const order = nearest(this.pictures.length, at, capacity).map((place) => this.pictures[place] as Picture);
    // A single picture has no strip.
    this.#thumbnails.want(order, seen, this.pictures.length > 1 ? ahead : 0);
    this.#thumbnails.resume();
  }
}
