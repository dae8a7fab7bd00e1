/** A box on the canvas, and the view that it becomes. */
import { panned, type View, zoomed } from "./camera.ts";

/** In CSS pixels from the middle of the canvas: two corners. */
export interface Box {
  x: number;
  y: number;
  toX: number;
  toY: number;
}

/** Pixels of an edge below which it was no box but a slip. */
export const least = 8;

export function isBox({ x, y, toX, toY }: Box): boolean {
  return Math.abs(toX - x) >= least && Math.abs(toY - y) >= least;
}

/** The view that shows all of the box, and as little else as the screen's shape allows. */
export function boxed(view: View, { x, y, toX, toY }: Box, width: number, height: number): View {
  const steps = Math.log2(Math.min(width / Math.abs(toX - x), height / Math.abs(toY - y)));
  return zoomed(panned(view, (x + toX) / 2, (y + toY) / 2), view.zoom + steps, 0, 0);
}
