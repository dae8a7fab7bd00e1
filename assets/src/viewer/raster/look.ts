/**
 * How a picture is looked at: which part, which way up, which channels. The file and its raster stay as they are;
 * tiles are cut and turned as they are asked for. The order is that of `image.encode`: part, turn, flip.
 */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Extent {
  readonly width: number;
  readonly height: number;
}

/** Degrees clockwise. */
export type Turn = 0 | 90 | 180 | 270;

export interface Edit {
  /** In pixels of the picture as decoded. Without it: all. */
  readonly crop?: Rect | undefined;
  readonly turn: Turn;
  /** Left and right change places, after the turn. */
  readonly flip: boolean;
}

/** One channel alone in greys, or `clipped`: white and black samples marked in a dimmed picture. */
export type Channel = "red" | "green" | "blue" | "alpha" | "clipped";

export interface Look {
  readonly edit: Edit;
  readonly channel?: Channel | undefined;
}

export const untouched: Edit = { turn: 0, flip: false };
export const plainly: Look = { edit: untouched };

export function isUntouched({ crop, turn, flip }: Edit): boolean {
  return !crop && turn === 0 && !flip;
}

export function sameEdit(one: Edit, other: Edit): boolean {
  return lookWords({ edit: one }) === lookWords({ edit: other });
}

/** Equal words, equal looks: a key for what was cut. */
export function lookWords({ edit: { crop, turn, flip }, channel }: Look): string {
  const part = crop ? `${crop.x},${crop.y},${crop.width},${crop.height}` : "";
  return `${part}/${turn}${flip ? "f" : ""}/${channel ?? ""}`;
}

/** The part of a picture of this size that an edit keeps. */
export function part({ crop }: Edit, { width, height }: Extent): Rect {
  if (!crop) return { x: 0, y: 0, width, height };
  const x = Math.min(crop.x, width - 1);
  const y = Math.min(crop.y, height - 1);
  return { x, y, width: Math.min(crop.width, width - x), height: Math.min(crop.height, height - y) };
}

/** Size of what is looked at. */
export function lookedAt(edit: Edit, size: Extent): Extent {
  const { width, height } = part(edit, size);
  return edit.turn % 180 === 0 ? { width, height } : { width: height, height: width };
}

/** A rectangle of what is looked at, as one of the picture's own pixels. */
export function inPicture(edit: Edit, size: Extent, rect: Rect): Rect {
  const kept = part(edit, size);
  const all = lookedAt(edit, size);
  const x = edit.flip ? all.width - rect.x - rect.width : rect.x;
  const { y, width, height } = rect;
  switch (edit.turn) {
    case 90:
      return { x: kept.x + y, y: kept.y + kept.height - x - width, width: height, height: width };
    case 180:
      return { x: kept.x + kept.width - x - width, y: kept.y + kept.height - y - height, width, height };
    case 270:
      return { x: kept.x + kept.width - y - height, y: kept.y + x, width: height, height: width };
    default:
      return { x: kept.x + x, y: kept.y + y, width, height };
  }
}

/** The way back: a rectangle of the picture as one of what is looked at. */
export function inView(edit: Edit, size: Extent, rect: Rect): Rect {
  const kept = part(edit, size);
  const all = lookedAt(edit, size);
  const left = rect.x - kept.x;
  const top = rect.y - kept.y;
  const turned: Rect =
    edit.turn === 90
      ? { x: kept.height - top - rect.height, y: left, width: rect.height, height: rect.width }
      : edit.turn === 180
        ? { ...rect, x: kept.width - left - rect.width, y: kept.height - top - rect.height }
        : edit.turn === 270
          ? { x: top, y: kept.width - left - rect.width, width: rect.height, height: rect.width }
          : { ...rect, x: left, y: top };
  return edit.flip ? { ...turned, x: all.width - turned.x - turned.width } : turned;
}

const quarters = (turn: number): Turn => (((turn % 360) + 360) % 360) as Turn;

/** Turns what is looked at by a quarter; a mirrored picture turns the other way beneath its mirror. */
export function turned(edit: Edit, by: 90 | -90): Edit {
  return { ...edit, turn: quarters(edit.turn + (edit.flip ? -by : by)) };
}

export function mirrored(edit: Edit): Edit {
  return { ...edit, flip: !edit.flip };
}

/** Above and below change places: a half turn and a mirror. */
export function overturned(edit: Edit): Edit {
  return { ...edit, turn: quarters(edit.turn + 180), flip: !edit.flip };
}
