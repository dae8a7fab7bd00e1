// Written by tools/generate from the operations table.
import type { Center } from "./Center.ts";
import type { Size } from "./Size.ts";
import type { TilePlane } from "./TilePlane.ts";

/**
 * The part to compute, and how far to iterate. Pixel (x, y) of a tile of
 * w × h stands for the number with the real part
 * `center.re + (x + 1/2 - w/2) · step` and the imaginary part
 * `center.im - (y + 1/2 - h/2) · step`, each computed exactly and rounded
 * once to f64.
 */
export type TileParameters = { 
/**
 * The middle of the tile.
 */
center: Center, 
/**
 * Width of one pixel in the complex plane, as a decimal number.
 */
step: string, 
/**
 * Size in pixels, at most 16,384 either way.
 */
size: Size, 
/**
 * Iterations after which an orbit is given up: 1 to 100,000,000.
 */
max_iterations: number, 
/**
 * Distance from 0 at which an orbit has escaped: 2 to 1,000,000.
 * Default: 256.
 */
escape_radius?: number, 
/**
 * Makes it a part of a Julia set: pixels stand for z(0), and this is
 * the constant c, within the escape radius. Without it pixels stand for
 * c, z(0) is 0, and the tile is a part of the Mandelbrot set.
 */
julia?: Center, 
/**
 * What to return, in this order, each once. Default: `count`,
 * `fraction`.
 */
planes?: Array<TilePlane>, };
