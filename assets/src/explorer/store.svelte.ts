/**
 * The explorer: what is looked at, what of it is computed, and what the page says of it. Everything that moves lives
 * outside of reactive state and goes through one frame function; the page reads a summary a few times a second.
 */
import type { Calls } from "../shared/calls.svelte.ts";
import type { Problem } from "../shared/problem.ts";
import { type Box, boxed } from "./box.ts";
import { Camera, panned, type View } from "./camera.ts";
import { Colours } from "./colours.svelte.ts";
import { Drawing } from "./drawing.ts";
import { type Facts, factsOf, nothing } from "./facts.ts";
import { Film } from "./film.ts";
import { History } from "./history.ts";
import { highestLimit } from "./limit.ts";
import { shrunk } from "./picture.ts";
import type { Scene, Screen } from "./plan.ts";
import { Steps } from "./steps.svelte.ts";
import { Supply } from "./supply.ts";
import type { Borders, Surface } from "./surface.ts";
import { type Address, around, type Constant, centre, home, written } from "./url.ts";

export interface Insets {
  top: number;
  bottom: number;
}

/** Milliseconds between two looks of the page at what moves. */
const glance = 90;
/** Device pixels in one of CSS: more are not seen, and cost. */
const densest = 2;

export class Explorer {
  readonly calls: Calls;
  readonly camera = new Camera();
  readonly colours = new Colours();
  /** Moves that can be undone and done again. */
  readonly steps: Steps;
  readonly #supply: Supply;
  readonly #history: History;
  readonly #drawing: Drawing;
  #insets: Insets = { top: 0, bottom: 0 };
  #borderColours: Borders;
  #atHome = true;
  #told = 0;
  #word: ReturnType<typeof setTimeout> | undefined;
  /** Where the Mandelbrot set was left for a Julia set. */
  #outside: View | undefined;

  /** Where one looks, as the page tells it. */
  view = $state.raw<View>() as View;
  facts = $state.raw<Facts>(nothing);
  /** Tiles are missing or on their way. */
  busy = $state(true);
  /** The constant of the Julia set that is shown; undefined: the Mandelbrot set. */
  julia = $state.raw<Constant>();
  /** A film runs. */
  flying = $state(false);
  /** The next drag draws a box to zoom into. */
  boxing = $state(false);
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
    this.#supply = new Supply(calls, {
      arrived: () => this.#drawing.again(),
      ended: () => {
        this.ended = true;
        this.wake();
      },
      failed: (problem) => {
        this.problem = problem;
      },
      dropped: (tile) => this.#drawing.surface?.forget(tile),
    });
    this.#drawing = new Drawing(this.camera, this.#supply, this.colours, {
      moved: () => this.#history.moved(),
      drawn: (seen, now) => this.#drawn(seen, now),
      complete: () => {
        this.problem = undefined;
      },
    });
    this.#history = new History(
      () => this.#address(),
      (address) => this.#go(address),
    );
    this.steps = new Steps(this.#history);
    this.colours.onpaint = () => this.#repaint();
    this.colours.onmode = () => this.#ask(this.julia);
    this.#supply.paused = document.hidden;
    this.#go(History.first());
    this.#ask(this.julia);
    document.addEventListener("visibilitychange", () => {
      this.#supply.paused = document.hidden;
      if (!document.hidden) this.#drawing.again();
    });
  }

  /** Whether all of the set is in sight, as `home` shows it. */
  get atHome(): boolean {
    return this.view && this.#atHome;
  }

  /** What draws from now on; undefined while there is nothing, e.g. when the graphics context is lost. */
  set surface(surface: Surface | undefined) {
    this.#drawing.surface = surface;
    this.drawn = surface?.kind;
  }

  /** The canvas has another size, in CSS pixels. */
  resize(width: number, height: number, ratio: number): Screen {
    const dense = Math.min(densest, ratio);
    const screen = { width: Math.round(width * dense), height: Math.round(height * dense), ratio: dense };
    this.#drawing.screen = screen;
    if (this.#atHome) this.#home();
    const screenful = (screen.width / 256 + 2) * (screen.height / 256 + 2);
    this.#supply.tiles.room = Math.round(Math.max(96, Math.min(400, 3.5 * screenful)));
    return screen;
  }

  /** The canvas, in CSS pixels. */
  get extent(): { width: number; height: number } {
    const { width, height, ratio } = this.#drawing.screen;
    return { width: width / ratio, height: height / ratio };
  }

  /** Width of the smallest pixel that doubles tell apart from its neighbour here. */
  get finestStep(): number {
    return 2 ** -this.#supply.finest(this.camera.view, this.#drawing.screen);
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

  set borderColours(colours: NonNullable<Borders>) {
    this.#borderColours = colours;
    this.#bordered();
  }

  /** A finger or button is down, or up again. */
  hold(held: boolean): void {
    this.#drawing.held = held;
    if (held) this.camera.halt();
    this.wake();
  }

  /** What moves by itself stops. */
  halt(): void {
    this.camera.halt();
    this.wake();
  }

  look(x: number, y: number): void {
    this.#drawing.focus = { x, y };
    if (this.watched) this.wake();
  }

  /** Where the pointer is, or the middle: CSS pixels from there. */
  get focus(): { x: number; y: number } {
    return this.#drawing.focus;
  }

  /** The point of the plane at a place of the canvas. */
  at({ x, y }: { x: number; y: number }): Constant {
    return centre(panned(this.camera.view, x, y));
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
    this.#drawing.focus = { x: 0, y: 0 };
    this.zoom(steps, 0, 0);
  }

  panBy(x: number, y: number): void {
    this.#drawing.focus = { x: 0, y: 0 };
    this.camera.panBy(x, y);
    this.#moved();
  }

  home(): void {
    this.#home();
    this.#atHome = true;
    this.#drawing.focus = { x: 0, y: 0 };
    this.ended = false;
    this.#history.moved();
    this.wake();
  }

  /** Zooms into a part of the canvas. */
  enclose(box: Box): void {
    const { width, height } = this.extent;
    const to = boxed(this.camera.view, box, width, height);
    this.#history.separate();
    if (to.zoom > this.camera.innermost) this.ended = true;
    this.#fly(to);
    this.#moved();
  }

  /** Goes where an address leads: by a film, where motion is welcome and the way leads through one set. */
  visit(address: Address): void {
    const from = this.camera.view;
    const before = this.julia;
    this.#history.separate();
    this.#go(address);
    if (before?.re === this.julia?.re && before?.im === this.julia?.im) {
      this.camera.show(from);
      this.#fly(address.view);
    }
    this.#moved();
  }

  /** Shows the Julia set of a point; without one the Mandelbrot set, where it was left. */
  show(julia: Constant | undefined): void {
    this.#history.separate();
    if (julia && !this.julia) this.#outside = this.camera.view;
    const outside = this.#outside ?? (this.julia && around(this.julia));
    this.#ask(julia);
    this.#home();
    this.#atHome = julia !== undefined;
    if (!julia && outside) this.camera.show(outside);
    this.#drawing.focus = { x: 0, y: 0 };
    this.ended = false;
    this.#history.moved();
    this.#tell();
    this.wake();
  }

  toggleBorders(): void {
    this.borders = !this.borders;
    this.#bordered();
  }

  #bordered(): void {
    this.#drawing.borders = this.borders ? this.#borderColours : undefined;
    this.wake();
  }

  /** Sets the limit, or leaves it to what is seen. */
  limit(limit: number | undefined): void {
    this.#supply.limit.set = limit;
    this.set = limit;
    this.#history.changed();
    this.#drawing.again();
  }

  /** Twice the limit, or half of it. */
  scaleLimit(factor: number): void {
    this.limit(Math.max(1, Math.min(highestLimit, Math.round(this.#supply.limit.current * factor))));
  }

  /** Another place, or another try. */
  again(): void {
    this.problem = undefined;
    this.#supply.restart();
    this.#drawing.again();
  }

  /** What is shown, as a link's fragment and as its parts. */
  get fragment(): string {
    return written(this.#address());
  }

  get address(): Address {
    return this.#address();
  }

  /** The address of what is shown, to be sent to somebody. */
  get link(): string {
    this.#history.settle();
    return location.href;
  }

  /** What the canvas shows, small. It is drawn anew, because canvases forget their pixels after each frame. */
  picture(canvas: HTMLCanvasElement, width: number, height: number): Promise<Blob | undefined> {
    this.redraw();
    return shrunk(canvas, width, height);
  }

  /** Draws at once: a canvas that was given another size is empty until then. */
  redraw(): void {
    this.#drawing.redraw();
  }

  /** Something is to be drawn. */
  wake(): void {
    this.#drawing.wake();
  }

  close(): void {
    clearTimeout(this.#word);
    this.#supply.close();
    this.#drawing.close();
  }

  #moved(): void {
    this.#atHome = false;
    this.#history.moved();
    this.wake();
  }

  #repaint(): void {
    this.#drawing.paint();
    this.#history.changed();
  }

  /** Tiles are asked for of this set, and with the planes that the colours take. */
  #ask(julia: Constant | undefined): void {
    if (this.julia?.re !== julia?.re || this.julia?.im !== julia?.im) this.julia = julia;
    this.#supply.ask(julia, this.colours.mode);
    this.colours.ranks = undefined;
    this.#drawing.again();
  }

  #fly(to: View): void {
    // As deep as can be drawn there, which is not the same everywhere.
    const zoom = Math.min(to.zoom, this.#supply.innermost(to, this.#drawing.screen));
    const { width, height } = this.extent;
    this.#drawing.focus = { x: 0, y: 0 };
    if (this.camera.motion) {
      this.camera.fly(new Film(this.camera.view, { ...to, zoom }, Math.max(320, Math.min(width, height))));
    } else {
      this.camera.bound(zoom);
      this.camera.show(to);
    }
  }

  #home(): void {
    const { width, height } = this.extent;
    if (width === 0) return;
    const { top, bottom } = this.#insets;
    const view = home(width, Math.max(200, height - top - bottom));
    // A Julia set lies around the origin.
    this.camera.show(panned(this.julia ? { ...view, re: 0n } : view, 0, (bottom - top) / 2));
    this.#tell();
  }

  #address(): Address {
    return { view: this.camera.view, julia: this.julia, ...this.colours.address, limit: this.set };
  }

  #go(address: Address | undefined): void {
    this.#atHome = !address;
    if (address) {
      this.colours.go(address);
      this.#drawing.paint();
      this.#supply.limit.set = address.limit;
      this.set = address.limit;
    }
    this.#ask(address?.julia);
    if (address) this.camera.show(address.view);
    else this.#home();
    this.#drawing.focus = { x: 0, y: 0 };
    this.#tell();
  }

  /** Tells the page, not more often than it can be read. */
  #drawn(seen: Scene, now: number): void {
    if (this.flying !== this.camera.flying) this.flying = this.camera.flying;
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
    const facts = factsOf(seen, this.#supply.limit.current);
    if (JSON.stringify(facts) !== JSON.stringify(this.facts)) this.facts = facts;
    // What was given up is not on its way.
    this.busy = this.#supply.wanted > 0 && !(this.problem && this.#supply.idle);
    if (this.watched) this.pointer = this.at(this.#drawing.focus);
    if (this.camera.view !== this.view) this.#tell();
  }

  #tell(): void {
    this.view = this.camera.view;
    // On the way there the view is still further out than where the depth ends.
    if (this.ended && this.camera.destination.zoom < this.camera.innermost - 1) this.ended = false;
  }
}
