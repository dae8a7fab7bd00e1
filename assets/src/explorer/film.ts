/**
 * The way from one view to another as a film: out, over, in. Jarke van Wijk and Wim Nuij, "Smooth and efficient zooming and
 * panning" (2003): of all ways the one along which the picture moves least, at a speed that the eye finds even.
 */
import { bitsFor, outermost, type View } from "./camera.ts";
import { float, integer, rescaled } from "./coordinates.ts";

/** How willingly it zooms instead of pans; what people in the paper's study liked. */
const rho = 1.42;
/** Milliseconds for a unit of the way, and what a film takes at least and at most. */
const pace = 330;
const shortest = 500;
const longest = 14_000;

export class Film {
  readonly #from: View;
  readonly #to: View;
  /** Width that is seen, in the plane, at both ends. */
  readonly #width0: number;
  readonly #width1: number;
  readonly #r0: number;
  readonly #r1: number;
  /** Length of the way, in the paper's measure. */
  readonly #length: number;
  /** Direction in the plane, and whether there is one. */
  readonly #re: number;
  readonly #im: number;
  readonly #pans: boolean;
  /** Milliseconds from end to end. */
  readonly duration: number;

  /** `size`: CSS pixels of the screen, about. */
  constructor(from: View, to: View, size: number) {
    this.#from = from;
    this.#to = to;
    const bits = Math.max(from.bits, to.bits);
    const apart = (a: bigint, b: bigint) => float(rescaled(b, to.bits, bits) - rescaled(a, from.bits, bits), -bits);
    const re = apart(from.re, to.re);
    const im = apart(from.im, to.im);
    const way = Math.hypot(re, im);
    const w0 = size * 2 ** -from.zoom;
    const w1 = size * 2 ** -to.zoom;
    this.#width0 = w0;
    this.#width1 = w1;
    this.#pans = way > 1e-6 * Math.min(w0, w1);
    this.#re = this.#pans ? re / way : 0;
    this.#im = this.#pans ? im / way : 0;
    if (this.#pans) {
      const [a, b, c] = [w1 * w1 - w0 * w0, rho ** 4 * way * way, 2 * rho ** 2 * way];
      this.#r0 = -Math.asinh((a + b) / (c * w0));
      this.#r1 = -Math.asinh((a - b) / (c * w1));
    } else {
      this.#r0 = 0;
      this.#r1 = Math.abs(Math.log(w1 / w0));
    }
    this.#length = (this.#r1 - this.#r0) / rho;
    this.duration = Math.max(shortest, Math.min(longest, this.#length * pace));
  }

  /** Where one looks after so many milliseconds. */
  at(ms: number): View {
    const time = Math.max(0, Math.min(1, ms / this.duration));
    if (time === 1) return this.#to;
    // Begins and ends slowly.
    const s = rho * this.#length * time * time * (3 - 2 * time);
    if (!this.#pans) {
      const { zoom } = this.#from;
      return this.#near(this.#to, 0, zoom + (s / Math.LN2) * Math.sign(this.#to.zoom - zoom));
    }
    const x = s + this.#r0;
    const zoom = this.#from.zoom + Math.log2(Math.cosh(x) / Math.cosh(this.#r0));
    // From the nearer end, so that its digits are not lost in a subtraction.
    const left = rho * this.#length - s;
    return s < left
      ? this.#near(this.#from, ((this.#width0 / rho ** 2) * Math.sinh(s)) / Math.cosh(x), zoom)
      : this.#near(this.#to, ((-this.#width1 / rho ** 2) * Math.sinh(left)) / Math.cosh(left - this.#r1), zoom);
  }

  /** A view so far from another along the way. */
  #near(view: View, away: number, wish: number): View {
    const zoom = Math.max(outermost, wish);
    const bits = Math.max(view.bits, bitsFor(zoom));
    return {
      re: rescaled(view.re, view.bits, bits) + integer(away * this.#re, bits),
      im: rescaled(view.im, view.bits, bits) + integer(away * this.#im, bits),
      bits,
      zoom,
    };
  }
}
