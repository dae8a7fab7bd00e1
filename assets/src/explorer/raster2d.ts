/** Tiles in two dimensions, where the browser has no WebGL2: coloured here in slices, drawn as pictures. */
import { type Paint, Painter } from "./colours/colour.ts";
import type { Borders, Quad, Surface } from "./surface.ts";
import { side, type Tile } from "./tiles.ts";

interface Held {
  picture: HTMLCanvasElement;
  context: CanvasRenderingContext2D;
  /** The palette that `picture` has; 0 before its first. */
  painted: number;
  /** Rows that have the newest palette. */
  rows: number;
  towards: number;
}

/** Rows between two looks at the clock. */
const slice = 32;

export class Raster2d implements Surface {
  readonly kind = "2d";
  readonly #context: CanvasRenderingContext2D;
  readonly #held = new Map<Tile, Held>();
  /** Rows on their way to a tile's picture. */
  readonly #strip = new ImageData(side, slice);
  /** Tiles of this frame. */
  readonly #used = new Set<Tile>();
  #deadline = 0;
  behind = false;
  #painter: Painter;
  #painted = 1;

  private constructor(context: CanvasRenderingContext2D, paint: Paint) {
    this.#context = context;
    this.#painter = new Painter(paint);
  }

  static on(canvas: HTMLCanvasElement, paint: Paint): Raster2d | undefined {
    const context = canvas.getContext("2d", { alpha: false });
    return context ? new Raster2d(context, paint) : undefined;
  }

  paint(paint: Paint): void {
    this.#painter = new Painter(paint);
    this.#painted++;
  }

  begin(deadline: number): void {
    this.#deadline = deadline;
    this.behind = false;
    this.#used.clear();
  }

  prepare(tile: Tile): boolean {
    this.#used.add(tile);
    const held = this.#held.get(tile) ?? this.#hold(tile);
    if (held.painted === this.#painted) return true;
    if (held.towards !== this.#painted) {
      held.towards = this.#painted;
      held.rows = 0;
    }
    while (held.rows < side) {
      if (performance.now() > this.#deadline) {
        this.behind = true;
        // What has its old colours still can be shown with them.
        return held.painted > 0;
      }
      this.#colour(tile, held);
      held.rows += slice;
    }
    held.painted = this.#painted;
    return true;
  }

  draw(quads: readonly Quad[], borders: Borders): void {
    const context = this.#context;
    const { width, height } = context.canvas;
    context.fillStyle = "#000";
    context.fillRect(0, 0, width, height);
    context.imageSmoothingEnabled = true;
    for (const { tile, left, top, width: length, u, v, part } of quads) {
      const held = this.#held.get(tile);
      if (!held) continue;
      // Edges on whole pixels: between two smoothed edges the background would shine through.
      const x = Math.round(left);
      const y = Math.round(top);
      const w = Math.round(left + length) - x;
      const h = Math.round(top + length) - y;
      context.drawImage(held.picture, u * side, v * side, part * side, part * side, x, y, w, h);
    }
    this.#tidy();
    if (!borders) return;
    context.lineWidth = 2;
    for (const { tile, left, top, width: length, u, v, part } of quads) {
      const [r, g, b] = borders[tile.place];
      const whole = length / part;
      context.save();
      context.beginPath();
      context.rect(left, top, length, length);
      context.clip();
      context.strokeStyle = `rgb(${r * 255} ${g * 255} ${b * 255})`;
      context.strokeRect(left - u * whole + 1, top - v * whole + 1, whole - 2, whole - 2);
      context.restore();
    }
  }

  #tidy(): void {
    let spare = this.#held.size - 2 * this.#used.size - 32;
    for (const tile of this.#held.keys()) {
      if (spare <= 0) return;
      if (this.#used.has(tile)) continue;
      this.#held.delete(tile);
      spare--;
    }
  }

  resize(): void {
    // The canvas itself has the size.
  }

  forget(tile: Tile): void {
    this.#held.delete(tile);
  }

  destroy(): void {
    this.#held.clear();
  }

  #hold(tile: Tile): Held {
    const picture = document.createElement("canvas");
    picture.width = side;
    picture.height = side;
    const context = picture.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    const held = { picture, context, painted: 0, rows: 0, towards: 0 };
    this.#held.set(tile, held);
    return held;
  }

  #colour(tile: Tile, held: Held): void {
    this.#painter.rows({ ...tile, side }, held.rows, slice, new Uint32Array(this.#strip.data.buffer));
    held.context.putImageData(this.#strip, 0, held.rows);
  }
}
