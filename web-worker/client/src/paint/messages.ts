// What the painter's worker and the page tell each other.

export interface ToPainter {
  id: number;
  width: number;
  height: number;
  /** RGBA, 8 bits, straight alpha, sRGB, row by row. */
  pixels: Uint8Array<ArrayBuffer>;
}

export type FromPainter = { id: number; bitmap: ImageBitmap } | { id: number; problem: string };
