/**
 * Where one looks, and how one gets elsewhere: a centre and a zoom, moved by drags, wheels, pinches and keys, with
 * easing and inertia where motion is welcome. Lengths are CSS pixels from the middle of the canvas, y downwards.
 */
import { float, integer, type Point, rescaled } from "./coordinates.ts";
import type { Film } from "./film.ts";

export interface View extends Point {
  /** Base-2 logarithm of CSS pixels for one unit of the complex plane. */
  zoom: number;
}

/** All of the set on an ordinary screen. */
export const outermost = 5;
/** Bits beyond a pixel: rounding never shows, and a long drag does not drift. */
const guard = 64;
/** Milliseconds in which easing covers 63 % of its way. */
const easing = 70;
/** The same for inertia, in which speed falls. */
const glide = 220;
/** Milliseconds by which what is worth computing is ahead of a film. */
const lead = 350;

export function bitsFor(zoom: number): number {
  // In steps, so that a steady zoom does not shift every frame.
  return guard + 32 * Math.ceil(Math.max(0, zoom) / 32);
}

export class Camera {
  #view: View = { re: 0n, im: 0n, bits: bitsFor(0), zoom: 8 };
  #wanted: { zoom: number; x: number; y: number } | undefined;
  #pan: { x: number; y: number } | undefined;
  #speed: { x: number; y: number } | undefined;
  #film: { film: Film; time: number } | undefined;
  /** Whether moves take time. */
  motion = true;
  /** The deepest zoom that can be drawn here. */
  innermost = 60;

  get view(): View {
    return this.#view;
  }

  /** Whether something is still on its way. */
  get moving(): boolean {
    return this.#wanted !== undefined || this.#speed !== undefined || this.#pan !== undefined || this.flying;
  }

  /** Whether a film runs. */
  get flying(): boolean {
    return this.#film !== undefined;
  }

  /** Where the move will end: what is worth computing. */
  get destination(): View {
    if (this.#film) return this.#film.film.at(this.#film.time + lead);
    let view = this.#view;
    if (this.#wanted) {
      const { zoom, x, y } = this.#wanted;
      view = zoomed(view, zoom, x, y);
    }
    if (this.#pan) view = panned(view, this.#pan.x, this.#pan.y);
    return view;
  }

  /** Looks at a view at once. */
  show(view: View): void {
    this.halt();
    this.#view = this.#held(view);
  }

  /** Shows a film from here on; whoever moves meanwhile ends it. */
  fly(film: Film): void {
    this.halt();
    this.#film = { film, time: 0 };
  }

  /** The view no deeper than can be drawn, with as many bits as its zoom takes. */
  #held(view: View): View {
    const zoom = Math.max(outermost, Math.min(this.innermost, view.zoom));
    const bits = bitsFor(zoom);
    return { re: rescaled(view.re, view.bits, bits), im: rescaled(view.im, view.bits, bits), bits, zoom };
  }

  /** Everything stays where it is. */
  halt(): void {
    this.#wanted = undefined;
    this.#speed = undefined;
    this.#pan = undefined;
    this.#film = undefined;
  }

  /** Moves what is seen by so many pixels, under the finger. */
  dragBy(x: number, y: number): void {
    this.#speed = undefined;
    this.#pan = undefined;
    this.#film = undefined;
    this.#view = panned(this.#view, -x, -y);
    if (this.#wanted) this.#wanted = { ...this.#wanted, x: this.#wanted.x + x, y: this.#wanted.y + y };
    this.#confine();
  }

  /** Moves the view by keys: positive x shows what lies to the right. */
  panBy(x: number, y: number): void {
    this.#speed = undefined;
    this.#film = undefined;
    if (this.motion) this.#pan = { x: (this.#pan?.x ?? 0) + x, y: (this.#pan?.y ?? 0) + y };
    else this.#view = panned(this.#view, x, y);
    this.#confine();
  }

  /** Let go in motion, in pixels a millisecond. */
  flick(x: number, y: number): void {
    if (this.motion && Math.hypot(x, y) > 0.15) this.#speed = { x, y };
  }

  /** Zooms by a power of two towards a place on the canvas; true when the end of the depth was asked for. */
  zoomBy(steps: number, x = 0, y = 0, eased = true): boolean {
    this.#speed = undefined;
    this.#film = undefined;
    const from = this.#wanted?.zoom ?? this.#view.zoom;
    const wish = from + steps;
    const zoom = Math.max(outermost, Math.min(this.innermost, wish));
    if (eased && this.motion) {
      this.#wanted = { zoom, x, y };
    } else {
      this.#wanted = undefined;
      this.#view = zoomed(this.#view, zoom, x, y);
      this.#confine();
    }
    return steps > 0 && wish > this.innermost;
  }

  /** The deepest zoom is another one, e.g. after a move; the view follows. */
  bound(innermost: number): void {
    this.innermost = innermost;
    if (this.#wanted && this.#wanted.zoom > innermost) this.#wanted = { ...this.#wanted, zoom: innermost };
    if (!this.#wanted && !this.#film && this.#view.zoom > innermost) this.zoomBy(innermost - this.#view.zoom);
  }

  /** Moves on by so many milliseconds; true when the view is another. */
  advance(elapsed: number): boolean {
    const before = this.#view;
    const part = 1 - Math.exp(-elapsed / easing);
    if (this.#film) {
      const { film } = this.#film;
      this.#film.time += elapsed;
      this.#view = this.#held(film.at(this.#film.time));
      if (this.#film.time >= film.duration) this.#film = undefined;
    }
    if (this.#wanted) {
      const { zoom, x, y } = this.#wanted;
      const left = zoom - this.#view.zoom;
      const there = Math.abs(left) < 0.002;
      this.#view = zoomed(this.#view, there ? zoom : this.#view.zoom + left * part, x, y);
      if (there) this.#wanted = undefined;
    }
    if (this.#pan) {
      const { x, y } = this.#pan;
      const there = Math.hypot(x, y) < 0.5;
      const share = there ? 1 : part;
      this.#view = panned(this.#view, x * share, y * share);
      this.#pan = there ? undefined : { x: x * (1 - share), y: y * (1 - share) };
    }
    if (this.#speed) {
      const { x, y } = this.#speed;
      const fall = Math.exp(-elapsed / glide);
      const way = glide * (1 - fall);
      this.#view = panned(this.#view, -x * way, -y * way);
      this.#speed = Math.hypot(x, y) * fall < 0.02 ? undefined : { x: x * fall, y: y * fall };
    }
    if (before !== this.#view) this.#confine();
    return before !== this.#view;
  }

  /** Nothing is to be seen beyond |c| = 2 but one colour, so the centre stays within a little more. */
  #confine(): void {
    const { re, im, bits } = this.#view;
    const edge = 5n << BigInt(bits - 1);
    const held = (value: bigint) => (value > edge ? edge : value < -edge ? -edge : value);
    if (held(re) === re && held(im) === im) return;
    this.#speed = undefined;
    this.#pan = undefined;
    this.#view = { ...this.#view, re: held(re), im: held(im) };
  }
}

/** The view after a move by pixels. */
export function panned(view: View, x: number, y: number): View {
  const { bits, zoom } = view;
  return { ...view, re: view.re + integer(x, bits - zoom), im: view.im - integer(y, bits - zoom) };
}

/** The view at another zoom; what is at (x, y) stays there. */
export function zoomed(view: View, zoom: number, x: number, y: number): View {
  const bits = bitsFor(zoom);
  const spread = 1 - 2 ** (view.zoom - zoom);
  return {
    re: rescaled(view.re, view.bits, bits) + integer(x * spread, bits - view.zoom),
    im: rescaled(view.im, view.bits, bits) - integer(y * spread, bits - view.zoom),
    bits,
    zoom,
  };
}

/** Pixels from the middle of a view to a point. */
export function offset(view: View, point: Point): { x: number; y: number } {
  const re = rescaled(point.re, point.bits, view.bits) - view.re;
  const im = rescaled(point.im, point.bits, view.bits) - view.im;
  return { x: float(re, view.zoom - view.bits), y: -float(im, view.zoom - view.bits) };
}
