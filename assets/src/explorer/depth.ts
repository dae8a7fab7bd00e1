/** How deep doubles go: a step of 2^-49 for numbers below 2, of 2^-48 from there to 4. */
import { outermost, type View } from "./camera.ts";
import { float } from "./coordinates.ts";
import type { Screen } from "./plan.ts";

/** The deepest level that doubles resolve at all: a pixel is eight of them wide, for numbers below 2. */
const deepestLevel = 49;

/** The finest level that doubles resolve in a view; nothing from `refused` on. */
export function finest({ re, im, bits, zoom }: View, { width, height, ratio }: Screen, refused: number): number {
  const unit = 2 ** -zoom / ratio;
  const most = Math.max(
    Math.abs(float(re, -bits)) + (width / 2 + 256) * unit,
    Math.abs(float(im, -bits)) + (height / 2 + 256) * unit,
  );
  return Math.min(deepestLevel - (most >= 2 ? 1 : 0), refused - 1);
}

/** The deepest zoom around a view: half a level past the finest, whose pixels are seen a little enlarged, so that the end is soft. */
export function innermost(view: View, screen: Screen, refused: number): number {
  return Math.max(outermost, finest({ ...view, zoom: 48 }, screen, refused) - Math.log2(screen.ratio) + 0.5);
}
