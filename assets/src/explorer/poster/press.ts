/** Makes a PNG of tiles: paints each where it belongs in its band of rows, and sends a band on when it is whole. */
import { type Paint, Painter } from "../colours/colour.ts";
import type { Mode } from "../colours/modes.ts";
import { type Size, tileHeight } from "./bands.ts";
import { filters, PngStream, pixelBytes, rowBytes } from "./png.ts";

/** A poster before its first tile. */
export interface Sheet {
  size: Size;
  paint: Paint;
  /** Binary logarithm of its pixels for one unit of the plane. */
  level: number;
  parameters: object;
}

/** A tile's planes and where they go. */
export interface Piece extends Size {
  x: number;
  y: number;
  /** Pixels by which the planes are larger on each side. */
  margin: number;
  count: Uint32Array;
  fraction: Float32Array;
  distance?: Float32Array | undefined;
  angle?: Float32Array | undefined;
}

/** Pixels beyond a tile's edge by which a mode's colours are told. */
export const margins: Record<Mode, number> = { smooth: 0, distance: 0, slope: 1, histogram: 0, angle: 0 };

/**
 * Colours that are all from one ring's table repeat exactly, which differences from pixel to pixel would hide: such
 * rows compress better as they are, and in half the time. Shades are as many as there are pixels.
 */
const filterOf: Record<Mode, number> = {
  smooth: filters.none,
  histogram: filters.none,
  distance: filters.sub,
  slope: filters.sub,
  angle: filters.sub,
};

interface Band {
  rows: Uint8Array<ArrayBuffer>;
  /** Pixels that are still to come. */
  missing: number;
}

export class Press {
  readonly #sheet: Sheet;
  readonly #painter: Painter;
  readonly #png: PngStream;
  readonly #filter: number;
  readonly #bands = new Map<number, Band>();
  /** A tile's colours on their way into its band. */
  #pixels = new Uint32Array(0);
  readonly #written: (bands: number) => void;
  #next = 0;
  /** Bands are written one after the other. */
  #turn = Promise.resolve();

  /** `out` takes the file's next bytes; `written` hears how many bands are in the file. */
  constructor(sheet: Sheet, out: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>, written: (bands: number) => void) {
    this.#sheet = sheet;
    this.#painter = new Painter(sheet.paint);
    this.#filter = filterOf[sheet.paint.mode];
    this.#written = written;
    this.#png = new PngStream({ ...sheet.size, parameters: sheet.parameters, out });
  }

  /** Paints a tile; resolves when what it made whole is in the file. */
  async add(piece: Piece): Promise<void> {
    const index = Math.floor(piece.y / tileHeight);
    const band = this.#bands.get(index) ?? this.#band(index);
    this.#lay(piece, band.rows);
    band.missing -= piece.width * piece.height;
    this.#turn = this.#turn.then(() => this.#write());
    await this.#turn;
  }

  /** Resolves when the file is whole. */
  async end(): Promise<void> {
    await this.#png.end();
  }

  #band(index: number): Band {
    const { width, height } = this.#sheet.size;
    const rows = Math.min(tileHeight, height - index * tileHeight);
    const band = { rows: new Uint8Array(rows * rowBytes(width)), missing: rows * width };
    this.#bands.set(index, band);
    return band;
  }

  /** Colours go through the painter into pixels, from there as three bytes each into the rows. */
  #lay({ x, y, width, height, margin, ...planes }: Piece, rows: Uint8Array): void {
    const side = width + 2 * margin;
    if (this.#pixels.length < side * height) this.#pixels = new Uint32Array(side * height);
    const pixels = this.#pixels;
    this.#painter.rows({ side, level: this.#sheet.level, ...planes }, margin, height, pixels);
    const stride = rowBytes(this.#sheet.size.width);
    const first = y % tileHeight;
    for (let row = 0; row < height; row++) {
      let to = (first + row) * stride + 1 + x * pixelBytes;
      const from = row * side + margin;
      for (let at = from; at < from + width; at++) {
        const pixel = pixels[at] as number;
        rows[to] = pixel;
        rows[to + 1] = pixel >> 8;
        rows[to + 2] = pixel >> 16;
        to += pixelBytes;
      }
    }
  }

  async #write(): Promise<void> {
    for (;;) {
      const band = this.#bands.get(this.#next);
      if (!band || band.missing > 0) return;
      this.#bands.delete(this.#next);
      filtered(band.rows, rowBytes(this.#sheet.size.width), this.#filter);
      await this.#png.write(band.rows);
      this.#next++;
      this.#written(this.#next);
    }
  }
}

/** Filters rows in place, from the right, as each byte needs what stood left of it. */
function filtered(rows: Uint8Array, stride: number, filter: number): void {
  if (filter === filters.none) return;
  for (let start = 0; start < rows.length; start += stride) {
    rows[start] = filter;
    for (let at = start + stride - 1; at > start + pixelBytes; at--) {
      rows[at] = (rows[at] as number) - (rows[at - pixelBytes] as number);
    }
  }
}
