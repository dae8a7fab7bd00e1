/**
 * The frames: everything that moves goes through one function, which draws what there is, asks for what is missing, and
 * sleeps when nothing changes. None of it is reactive state.
 */
import type { Camera } from "./camera.ts";
import { ranksOf } from "./colours/ranks.ts";
import type { Colours } from "./colours.svelte.ts";
import { type Scene, type Screen, scene } from "./plan.ts";
import type { Supply } from "./supply.ts";
import type { Borders, Surface } from "./surface.ts";
import type { Tile } from "./tiles.ts";

export interface Watchers {
  /** The camera has moved by itself. */
  moved(): void;
  /** A frame shows this. */
  drawn(seen: Scene, now: number): void;
  /** Nothing is missing any more. */
  complete(): void;
}

/** Milliseconds of a frame in which tiles are prepared for drawing. */
const budget = 7;
/** Milliseconds between two choices of tiles while the view moves. */
const replan = 40;

export class Drawing {
  readonly #camera: Camera;
  readonly #supply: Supply;
  readonly #colours: Colours;
  readonly #watchers: Watchers;
  #surface: Surface | undefined;
  #screen: Screen = { width: 0, height: 0, ratio: 1 };
  #frame = 0;
  #last = 0;
  #planned = 0;
  /** The tiles that the histogram was made from. */
  #ranked = "";
  /** What interests: CSS pixels from the middle. */
  focus = { x: 0, y: 0 };
  /** A finger or button is down. */
  held = false;
  borders: Borders;

  constructor(camera: Camera, supply: Supply, colours: Colours, watchers: Watchers) {
    this.#camera = camera;
    this.#supply = supply;
    this.#colours = colours;
    this.#watchers = watchers;
  }

  get surface(): Surface | undefined {
    return this.#surface;
  }

  set surface(surface: Surface | undefined) {
    this.#surface?.destroy();
    this.#surface = surface;
    surface?.resize(this.#screen.width, this.#screen.height);
    this.wake();
  }

  get screen(): Screen {
    return this.#screen;
  }

  set screen(screen: Screen) {
    this.#screen = screen;
    this.#surface?.resize(screen.width, screen.height);
    this.wake();
  }

  /** Draws at once: a canvas that was given another size is empty until then. */
  redraw(): void {
    cancelAnimationFrame(this.#frame);
    this.#next(performance.now());
  }

  /** Something is to be drawn. */
  wake(): void {
    this.#frame ||= requestAnimationFrame((now) => this.#next(now));
  }

  /** Tiles are chosen anew with the next frame. */
  again(): void {
    this.#planned = 0;
    this.wake();
  }

  /** Everything has other colours. */
  paint(): void {
    this.#surface?.paint(this.#colours.paint);
    this.wake();
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#surface?.destroy();
    this.#surface = undefined;
  }

  #next(now: number): void {
    this.#frame = 0;
    const elapsed = Math.min(64, now - this.#last);
    this.#last = now;
    const { moving } = this.#camera;
    this.#camera.bound(this.#supply.innermost(this.#camera.view, this.#screen));
    if (this.#camera.advance(moving ? elapsed : 0)) this.#watchers.moved();
    const surface = this.#surface;
    if (this.#screen.width > 0) {
      if (surface) this.#draw(surface, now);
      else this.#plan(now);
    }
    if (this.#camera.moving || surface?.behind) this.wake();
  }

  #draw(surface: Surface, now: number): void {
    surface.begin(performance.now() + budget);
    const { view } = this.#camera;
    const { tiles, limit } = this.#supply;
    const finest = this.#supply.finest(view, this.#screen);
    const seen = scene(view, this.#screen, finest, tiles, (tile) => surface.prepare(tile));
    surface.draw(seen.quads, this.borders);
    const complete = seen.own.length === seen.wanted;
    const still = !this.#camera.moving && !this.held;
    if (still && limit.consider(seen.own, complete)) this.#planned = 0;
    if (still && complete) this.#rank(seen.own);
    if (!this.#camera.moving || now - this.#planned > replan) this.#plan(now);
    this.#watchers.drawn(seen, now);
  }

  /** Colours that follow how many pixels have each count go by those in sight, when all are there. */
  #rank(tiles: readonly Tile[]): void {
    if (this.#colours.mode !== "histogram") return;
    const made = tiles.map(({ key, limit }) => `${key} ${limit}`).join();
    if (this.#colours.ranks && made === this.#ranked) return;
    this.#ranked = made;
    this.#colours.ranks = ranksOf(tiles);
    this.paint();
  }

  #plan(now: number): void {
    this.#planned = now;
    const { ratio, width, height } = this.#screen;
    const x = width / 2 + this.focus.x * ratio;
    const y = height / 2 + this.focus.y * ratio;
    if (this.#supply.plan(this.#camera.destination, this.#screen, x, y)) this.#watchers.complete();
  }
}
