/**
 * The explorer: what is looked at, what of it is computed, and what the page says of it. Everything that moves lives
 * outside of reactive state and goes through one frame function; the page reads a summary a few times a second.
 */
import type { Calls } from "../shared/calls.svelte.ts";
import type { Problem } from "../shared/problem.ts";
import { remember, remembered } from "../shared/settings.ts";
import { Camera, outermost, panned, type View } from "./camera.ts";
import { Computer } from "./compute.ts";
import { float } from "./coordinates.ts";
import { History } from "./history.ts";
import { Limit } from "./limit.ts";
import { type Palette, paletteOf, palettes } from "./palettes.ts";
import { type Scene, type Screen, scene, wishes } from "./plan.ts";
import { describe, isPrecision } from "./problem.ts";
import { Scheduler } from "./scheduler.ts";
import type { Borders, Surface } from "./surface.ts";
import { type Tile, Tiles } from "./tiles.ts";
import { type Tuning, tuned, untuned } from "./tuning.ts";
import { type Address, base, centre, home } from "./url.ts";

/** What is known of the pixels in sight. */
export interface Facts {
  limit: number;
  /** Tiles on the screen, and how many of them are there. */
  tiles: number;
  done: number;
  pixels: number;
  escaped: number;
  interior: number;
  undecided: number;
  lowest: number | undefined;
  highest: number | undefined;
  iterations: number;
  /** Milliseconds that they took, each in its engine or runner. */
  took: number;
  local: number;
  server: number;
}

export interface Insets {
  top: number;
  bottom: number;
}

/** Milliseconds of a frame in which tiles are prepared for drawing. */
const budget = 7;
/** Milliseconds between two looks of the page at what moves. */
const glance = 90;
/** Milliseconds between two choices of tiles while the view moves. */
const replan = 40;
/** Tiles that wait beyond those that are computed, so that no engine is idle between two. */
const spare = 2;
/** Connections that a browser has to one host, but one for everything else. */
const connections = 5;
/** Device pixels in one of CSS: more are not seen, and cost. */
const densest = 2;
/** The deepest level that doubles resolve at all: a pixel is eight of them wide, for numbers below 2. */
const deepestLevel = 49;

const nothing: Facts = {
  limit: 0,
  tiles: 0,
  done: 0,
  pixels: 0,
  escaped: 0,
  interior: 0,
  undecided: 0,
  lowest: undefined,
  highest: undefined,
  iterations: 0,
  took: 0,
  local: 0,
  server: 0,
};

export class Explorer {
  readonly calls: Calls;
  readonly camera = new Camera();
  readonly #tiles = new Tiles(128);
  readonly #limit = new Limit();
  readonly #computer: Computer;
  readonly #scheduler: Scheduler<Tile>;
  readonly #history: History;
  #surface: Surface | undefined;
  #screen: Screen = { width: 0, height: 0, ratio: 1 };
  #insets: Insets = { top: 0, bottom: 0 };
  #colours: Borders;
  /** What interests: CSS pixels from the middle. */
  #focus = { x: 0, y: 0 };
  #held = false;
  #atHome = true;
  #frame = 0;
  #last = 0;
  #planned = 0;
  #told = 0;
  #word: ReturnType<typeof setTimeout> | undefined;
  /** A level that the operation refused: nothing below it is asked for. */
  #refused = Number.POSITIVE_INFINITY;
  #wanted = 0;

  /** Where one looks, as the page tells it. */
  view = $state.raw<View>() as View;
  facts = $state.raw<Facts>(nothing);
  /** Tiles are missing or on their way. */
  busy = $state(true);
  palette = $state.raw<Palette>(
    paletteOf(
      remembered(
        "palette",
        palettes.map(({ id }) => id),
        "dusk",
      ),
    ),
  );
  tuning = $state.raw<Tuning>(untuned);
  borders = $state(false);
  /** The limit that was set; undefined: automatic. */
  set = $state<number>();
  /** The point under the pointer, kept while `watched`. */
  pointer = $state.raw<{ re: string; im: string }>();
  watched = false;
  /** Deeper than doubles go was asked for. */
  ended = $state(false);
  problem = $state.raw<Problem>();
  /** How tiles are drawn; undefined until the canvas is there. */
  drawn = $state<Surface["kind"]>();

  constructor(calls: Calls) {
    this.calls = calls;
    this.#computer = new Computer(calls);
    this.#tiles.ondrop = (tile) => this.#surface?.forget(tile);
    this.#scheduler = new Scheduler<Tile>({
      run: (wish, signal, begun) => this.#computer.run(wish, signal, begun),
      done: (_, tile) => {
        this.#tiles.put(tile);
        this.#planned = 0;
        this.wake();
      },
      failed: (wish, error, final) => {
        if (isPrecision(error)) {
          this.#refused = Math.min(this.#refused, wish.level);
          this.ended = true;
          this.wake();
        } else if (final) {
          this.problem = describe(error, calls.prefer);
        }
      },
      most: () => (calls.prefer === "server" ? connections : (navigator.hardwareConcurrency || 2) + spare),
    });
    this.#history = new History(
      () => this.#address(),
      (address) => this.#go(address),
    );
    this.#scheduler.paused = document.hidden;
    this.#go(History.first());
    document.addEventListener("visibilitychange", () => {
      this.#scheduler.paused = document.hidden;
      this.#planned = 0;
      if (!document.hidden) this.wake();
    });
  }

  /** Whether all of the set is in sight, as `home` shows it. */
  get atHome(): boolean {
    return this.view && this.#atHome;
  }

  /** What draws from now on; undefined while there is nothing, e.g. when the graphics context is lost. */
  set surface(surface: Surface | undefined) {
    this.#surface?.destroy();
    this.#surface = surface;
    this.drawn = surface?.kind;
    surface?.resize(this.#screen.width, this.#screen.height);
    this.wake();
  }

  /** The canvas has another size, in CSS pixels. */
  resize(width: number, height: number, ratio: number): Screen {
    const dense = Math.min(densest, ratio);
    this.#screen = { width: Math.round(width * dense), height: Math.round(height * dense), ratio: dense };
    this.#surface?.resize(this.#screen.width, this.#screen.height);
    if (this.#atHome) this.#home();
    const screenful = (this.#screen.width / 256 + 2) * (this.#screen.height / 256 + 2);
    this.#tiles.room = Math.round(Math.max(96, Math.min(400, 3.5 * screenful)));
    this.wake();
    return this.#screen;
  }

  set insets(insets: Insets) {
    if (insets.top === this.#insets.top && insets.bottom === this.#insets.bottom) return;
    this.#insets = insets;
    if (this.#atHome) {
      this.#home();
      this.wake();
    }
  }

  set motion(motion: boolean) {
    this.camera.motion = motion;
  }

  set colours(colours: NonNullable<Borders>) {
    this.#colours = colours;
    this.wake();
  }

  /** A finger or button is down, or up again. */
  hold(held: boolean): void {
    this.#held = held;
    if (held) this.camera.halt();
    this.wake();
  }

  look(x: number, y: number): void {
    this.#focus = { x, y };
    if (this.watched) this.wake();
  }

  drag(x: number, y: number): void {
    this.camera.dragBy(x, y);
    this.#moved();
  }

  flick(x: number, y: number): void {
    this.camera.flick(x, y);
    this.wake();
  }

  zoom(steps: number, x: number, y: number, direct = false): void {
    if (this.camera.zoomBy(steps, x, y, !direct)) this.ended = true;
    this.#moved();
  }

  /** By key or button: towards the middle. */
  zoomBy(steps: number): void {
    this.#focus = { x: 0, y: 0 };
    this.zoom(steps, 0, 0);
  }

  panBy(x: number, y: number): void {
    this.#focus = { x: 0, y: 0 };
    this.camera.panBy(x, y);
    this.#moved();
  }

  home(): void {
    this.#home();
    this.#atHome = true;
    this.#focus = { x: 0, y: 0 };
    this.ended = false;
    this.#history.moved();
    this.wake();
  }

  paint(palette: Palette): void {
    this.palette = palette;
    remember("palette", palette.id);
    this.#repaint();
  }

  /** Lays the palette otherwise over the counts. */
  tune(tuning: Tuning): void {
    this.tuning = tuning;
    this.#repaint();
  }

  /** The palette as it is laid. */
  get colouring(): Palette {
    return tuned(this.palette, this.tuning);
  }

  #repaint(): void {
    this.#surface?.paint(this.colouring);
    this.#history.changed();
    this.wake();
  }

  nextPalette(step: number): void {
    const at = palettes.indexOf(this.palette);
    this.paint(palettes[(at + step + palettes.length) % palettes.length] as Palette);
  }

  toggleBorders(): void {
    this.borders = !this.borders;
    this.wake();
  }

  /** Sets the limit, or leaves it to what is seen. */
  limit(limit: number | undefined): void {
    this.#limit.set = limit;
    this.set = limit;
    this.#history.changed();
    this.#planned = 0;
    this.wake();
  }

  /** Twice the limit, or half of it. */
  scaleLimit(factor: number): void {
    this.limit(Math.max(1, Math.min(100_000_000, Math.round(this.#limit.current * factor))));
  }

  /** Another place, or another try. */
  again(): void {
    this.problem = undefined;
    this.#scheduler.restart();
    this.#planned = 0;
    this.wake();
  }

  /** The address of what is shown, to be sent to somebody. */
  get link(): string {
    this.#history.settle();
    return location.href;
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

  close(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#word);
    this.#scheduler.close();
    this.surface = undefined;
  }

  #moved(): void {
    this.#atHome = false;
    this.#history.moved();
    this.wake();
  }

  #home(): void {
    const { width, height, ratio } = this.#screen;
    if (width === 0) return;
    const { top, bottom } = this.#insets;
    const view = home(width / ratio, Math.max(200, height / ratio - top - bottom));
    this.camera.show(panned(view, 0, (bottom - top) / 2));
    this.#tell();
  }

  #address(): Address {
    return { view: this.camera.view, palette: this.palette.id, tuning: this.tuning, limit: this.set };
  }

  #go(address: Address | undefined): void {
    this.#atHome = !address;
    if (address) {
      this.camera.show(address.view);
      this.#limit.set = address.limit;
      this.set = address.limit;
      const palette = paletteOf(address.palette);
      this.palette = palette;
      this.tuning = address.tuning;
      this.#surface?.paint(this.colouring);
    } else {
      this.#home();
    }
    this.#focus = { x: 0, y: 0 };
    this.#planned = 0;
    this.#tell();
    this.wake();
  }

  #next(now: number): void {
    this.#frame = 0;
    const elapsed = Math.min(64, now - this.#last);
    this.#last = now;
    const moving = this.camera.moving;
    this.camera.bound(this.#innermost());
    if (this.camera.advance(moving ? elapsed : 0)) this.#history.moved();
    const surface = this.#surface;
    if (this.#screen.width > 0) {
      if (surface) this.#draw(surface, now);
      else this.#plan(now);
    }
    if (this.camera.moving || surface?.behind) this.wake();
  }

  #draw(surface: Surface, now: number): void {
    surface.begin(performance.now() + budget);
    const { view } = this.camera;
    const finest = this.#finest(view);
    const seen = scene(view, this.#screen, finest, this.#tiles, (tile) => surface.prepare(tile));
    surface.draw(seen.quads, this.borders ? this.#colours : undefined);
    const complete = seen.own.length === seen.wanted;
    if (!this.camera.moving && !this.#held && this.#limit.consider(seen.own, complete)) this.#planned = 0;
    if (!this.camera.moving || now - this.#planned > replan) this.#plan(now);
    this.#summary(seen, now);
  }

  #plan(now: number): void {
    this.#planned = now;
    const view = this.camera.destination;
    this.#limit.depth = view.zoom - base;
    const { ratio, width, height } = this.#screen;
    const x = width / 2 + this.#focus.x * ratio;
    const y = height / 2 + this.#focus.y * ratio;
    const list = wishes(view, this.#screen, this.#finest(view), this.#tiles, this.#limit.current, x, y);
    this.#wanted = list.length;
    this.#scheduler.want(list);
    if (list.length > 0 || !this.#scheduler.idle) return;
    this.#computer.rest();
    this.problem = undefined;
  }

  /** Tells the page, not more often than it can be read. */
  #summary(seen: Scene, now: number): void {
    const due = glance - (now - this.#told);
    if (due > 0) {
      // The last word is said when things have come to rest.
      this.#word ??= setTimeout(() => {
        this.#word = undefined;
        this.wake();
      }, due + 1);
      return;
    }
    clearTimeout(this.#word);
    this.#word = undefined;
    this.#told = now;
    const facts = factsOf(seen, this.#limit.current);
    if (JSON.stringify(facts) !== JSON.stringify(this.facts)) this.facts = facts;
    // What was given up is not on its way.
    this.busy = this.#wanted > 0 && !(this.problem && this.#scheduler.idle);
    if (this.watched) this.pointer = centre(panned(this.camera.view, this.#focus.x, this.#focus.y));
    if (this.camera.view !== this.view) this.#tell();
  }

  #tell(): void {
    this.view = this.camera.view;
    // On the way there the view is still further out than where the depth ends.
    if (this.ended && this.camera.destination.zoom < this.camera.innermost - 1) this.ended = false;
  }

  /** The finest level that doubles resolve in a view: a step of 2^-49 below 2, of 2^-48 from there to 4. */
  #finest({ re, im, bits, zoom }: View): number {
    const { width, height, ratio } = this.#screen;
    const unit = 2 ** -zoom / ratio;
    const most = Math.max(
      Math.abs(float(re, -bits)) + (width / 2 + 256) * unit,
      Math.abs(float(im, -bits)) + (height / 2 + 256) * unit,
    );
    return Math.min(deepestLevel - (most >= 2 ? 1 : 0), this.#refused - 1);
  }

  /** Half a level past the finest: its pixels are seen a little enlarged, so that the end is soft. */
  #innermost(): number {
    const deep = { ...this.camera.view, zoom: 48 };
    return Math.max(outermost, this.#finest(deep) - Math.log2(this.#screen.ratio) + 0.5);
  }
}

function factsOf({ own, wanted }: Scene, limit: number): Facts {
  const facts = { ...nothing, limit, tiles: wanted, done: own.length };
  for (const tile of own) {
    facts.pixels += tile.count.length;
    facts.escaped += tile.escaped;
    facts.interior += tile.interior;
    facts.undecided += tile.undecided;
    facts.iterations += tile.iterations;
    facts.took += tile.took ?? 0;
    facts[tile.place]++;
    if (tile.lowest !== undefined) facts.lowest = Math.min(facts.lowest ?? tile.lowest, tile.lowest);
    if (tile.highest !== undefined) facts.highest = Math.max(facts.highest ?? 0, tile.highest);
  }
  return facts;
}
