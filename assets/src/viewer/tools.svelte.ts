/**
 * What can be done with the picture on the canvas, beyond looking: its channels and pixels, turning and cropping, playing,
 * comparing, saving. Each tool's larger part is loaded when it is first used.
 */
import type { Calls } from "../shared/calls.svelte.ts";
import { Cropping } from "./edit/cropping.svelte.ts";
import { Edits } from "./edit/edits.svelte.ts";
import type { Picture } from "./picture.svelte.ts";
import type { Film, Screen } from "./play/film.svelte.ts";
import { type Channel, type Edit, type Look, lookedAt, lookWords } from "./raster/look.ts";
import type { HeldRaster } from "./raster/rasters.ts";
import type { Batch } from "./save/batch.svelte.ts";
import type { Against, Comparison } from "./split/comparison.svelte.ts";
import type { Viewer } from "./store.svelte.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export class Tools {
  readonly viewer: Viewer;
  readonly calls: Calls;
  readonly edits = new Edits();
  readonly #screen: Pick<Screen, "show" | "size">;
  /** The animation that was begun by itself. */
  #begun: Picture | undefined;

  channel = $state<Channel>();
  /** The pixel under the pointer, of what is looked at. */
  point = $state.raw<Point>();
  /** The row of tools for turning and cropping is there. */
  editing = $state(false);
  cropping = $state.raw<Cropping>();
  film = $state.raw<Film>();
  comparison = $state.raw<Comparison>();
  /** Many pictures being saved; goes on while its panel is away. */
  batch = $state.raw<Batch>();
  /** What the panel at the side is about. */
  side = $state<"info" | "save">("info");

  constructor(viewer: Viewer, calls: Calls, screen: Pick<Screen, "show" | "size">) {
    this.viewer = viewer;
    this.calls = calls;
    this.#screen = screen;
  }

  get picture(): Picture | undefined {
    return this.viewer.shown?.picture;
  }

  /** An animation, as far as is known. */
  get animated(): boolean {
    const info = this.picture?.info;
    return info?.animated === true && info.frames.length > 1;
  }

  /** What lies on the canvas: the picture, a frame of it, or one side of a comparison. */
  get raster(): HeldRaster | undefined {
    const { comparison } = this;
    if (comparison?.sides) {
      return comparison.mode === "difference" ? (comparison.differing ?? this.base) : comparison.sides[0].raster;
    }
    return this.base;
  }

  get base(): HeldRaster | undefined {
    return this.film?.raster ?? this.viewer.shown?.raster;
  }

  /** What lies over it, right of the divider. */
  get over(): HeldRaster | undefined {
    const { comparison } = this;
    return comparison?.mode === "split" ? comparison.sides?.[1].raster : undefined;
  }

  get edit(): Edit {
    return this.cropping?.edit ?? this.edits.of(this.picture);
  }

  get look(): Look {
    return { edit: this.edit, channel: this.channel };
  }

  /** A raster under the current look, as the canvas takes it. */
  shown(raster: HeldRaster) {
    const { look } = this;
    const { rasters } = this.viewer;
    return {
      key: `${raster.key}/${lookWords(look)}`,
      ...lookedAt(look.edit, raster),
      opaque: raster.opaque || this.channel !== undefined,
      tile: (depth: number, column: number, row: number) => rasters.tile(raster, depth, column, row, look),
    };
  }

  change(by: (edit: Edit) => Edit): void {
    const { picture } = this;
    if (!picture) return;
    this.stopCropping();
    this.edits.change(picture, by(this.edits.of(picture)));
  }

  undo(): void {
    const { picture } = this;
    if (this.cropping) this.cropping = undefined;
    else if (picture) this.edits.undo(picture);
  }

  crop(): void {
    const { picture, base } = this;
    if (!picture || !base) return;
    if (this.cropping) {
      this.stopCropping();
      return;
    }
    this.endComparison();
    void this.film?.pause();
    this.editing = true;
    this.cropping = new Cropping(picture, base, this.edits.of(picture));
  }

  applyCrop(): void {
    const { cropping } = this;
    if (!cropping) return;
    this.cropping = undefined;
    this.edits.change(cropping.picture, cropping.result);
  }

  stopCropping(): void {
    this.cropping = undefined;
  }

  /** The picture on the canvas may be another one: what belonged to the one before ends. */
  follow(picture: Picture | undefined, base: HeldRaster | undefined): void {
    if (this.#begun !== picture) this.#begun = undefined;
    if (this.film && this.film.picture !== picture) this.endFilm();
    if (this.comparison && this.comparison.base !== base) this.endComparison();
    if (this.cropping && this.cropping.picture !== picture) this.cropping = undefined;
    this.point = undefined;
  }

  /** The animation's player, made when it is first wanted. */
  async #filmed(): Promise<Film | undefined> {
    const { picture } = this;
    if (!picture || !this.animated) return undefined;
    if (this.film) return this.film;
    const [{ Film }, file] = await Promise.all([
      import("./play/film.svelte.ts"),
      picture.file(new AbortController().signal),
    ]);
    if (this.picture !== picture) return undefined;
    this.film ??= new Film(picture, file, this.calls, this.viewer.rasters, {
      show: (bitmap) => this.#screen.show(bitmap),
      look: () => this.look,
      size: () => this.#screen.size(),
    });
    return this.film;
  }

  /** Plays an animation that has just been opened; who stopped it is not overruled. */
  begin(): void {
    const { picture } = this;
    if (!picture || this.#begun === picture || this.comparison || this.cropping) return;
    this.#begun = picture;
    void this.#filmed().then((film) => film?.play());
  }

  playOrPause(): void {
    this.endComparison();
    this.stopCropping();
    if (this.film) this.film.toggle();
    else void this.#filmed().then((film) => film?.play());
  }

  stepFrame(by: number): void {
    this.endComparison();
    void this.#filmed().then((film) => film?.step(by));
  }

  seekFrame(index: number): void {
    this.endComparison();
    void this.#filmed().then((film) => film?.seek(index));
  }

  faster(by: 1 | -1): void {
    void this.#filmed().then((film) => film?.faster(by));
  }

  setSpeed(speed: number): void {
    void this.#filmed().then((film) => {
      if (film) film.speed = speed;
    });
  }

  endFilm(): void {
    this.film?.end();
    this.film = undefined;
  }

  /** Compares with the next picture of the strip, or the one before; alone, with itself in the other place. */
  async compare(against?: Against): Promise<void> {
    const { picture, viewer } = this;
    if (!picture) return;
    const neighbour = viewer.pictures[viewer.index + 1] ?? viewer.pictures[viewer.index - 1];
    this.stopCropping();
    this.editing = false;
    const [{ Comparison }] = await Promise.all([import("./split/comparison.svelte.ts"), this.film?.pause()]);
    const { base } = this;
    if (this.picture !== picture || !base) return;
    this.comparison ??= new Comparison(picture, base, this.film?.index ?? 0, this.calls, viewer.rasters);
    await this.comparison.start(against ?? neighbour ?? "places");
  }

  endComparison(): void {
    this.comparison?.end();
    this.comparison = undefined;
  }

  /** Puts away the tool on top; false when there is none. */
  dismiss(): boolean {
    if (this.cropping) this.stopCropping();
    else if (this.comparison) this.endComparison();
    else if (this.channel) this.channel = undefined;
    else if (this.editing) this.editing = false;
    else return false;
    return true;
  }
}
