/** The rectangle of a crop while it is drawn: kept within the picture, and to an aspect where one is chosen. */
import type { Extent, Rect } from "../raster/look.ts";

/** Width by height; `undefined` is free. */
export interface Aspect {
  readonly name: string;
  readonly of: (size: Extent) => number | undefined;
}

export const aspects: readonly Aspect[] = [
  { name: "Free", of: () => undefined },
  { name: "Original", of: ({ width, height }) => width / height },
  { name: "1 : 1", of: () => 1 },
  { name: "4 : 3", of: () => 4 / 3 },
  { name: "3 : 2", of: () => 3 / 2 },
  { name: "16 : 9", of: () => 16 / 9 },
  { name: "3 : 4", of: () => 3 / 4 },
  { name: "2 : 3", of: () => 2 / 3 },
  { name: "9 : 16", of: () => 9 / 16 },
];

/** Which edges a handle moves: -1 the left or top one, 1 the right or bottom one, 0 none. Both 0 moves the whole. */
export interface Handle {
  readonly x: -1 | 0 | 1;
  readonly y: -1 | 0 | 1;
}

export const handles: readonly Handle[] = [
  { x: -1, y: -1 },
  { x: 0, y: -1 },
  { x: 1, y: -1 },
  { x: 1, y: 0 },
  { x: 1, y: 1 },
  { x: 0, y: 1 },
  { x: -1, y: 1 },
  { x: -1, y: 0 },
];

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), Math.max(least, most));

/** Whole pixels within the picture. */
export function within(rect: Rect, size: Extent): Rect {
  const width = clamp(Math.round(rect.width), 1, size.width);
  const height = clamp(Math.round(rect.height), 1, size.height);
  return {
    x: clamp(Math.round(rect.x), 0, size.width - width),
    y: clamp(Math.round(rect.y), 0, size.height - height),
    width,
    height,
  };
}

/** The largest rectangle of an aspect within `rect`, about its middle. */
export function shaped(rect: Rect, aspect: number | undefined, size: Extent): Rect {
  if (aspect === undefined) return within(rect, size);
  const width = Math.min(rect.width, rect.height * aspect);
  const height = width / aspect;
  const x = rect.x + (rect.width - width) / 2;
  const y = rect.y + (rect.height - height) / 2;
  return within({ x, y, width, height }, size);
}

/** `rect` with a handle dragged by whole pixels from where it was. */
export function dragged(rect: Rect, { x, y }: Handle, dx: number, dy: number, size: Extent, aspect?: number): Rect {
  if (x === 0 && y === 0) return within({ ...rect, x: rect.x + dx, y: rect.y + dy }, size);
  const right = rect.x + rect.width;
  const bottom = rect.y + rect.height;
  // The room from the edge that stays to the picture's edge.
  const roomX = x < 0 ? right : x > 0 ? size.width - rect.x : size.width;
  const roomY = y < 0 ? bottom : y > 0 ? size.height - rect.y : size.height;
  let width = clamp(rect.width + x * dx, 1, roomX);
  let height = clamp(rect.height + y * dy, 1, roomY);
  if (aspect !== undefined) {
    // The side that was dragged farther leads; an edge's handle leads alone.
    if (y === 0 || (x !== 0 && width / aspect > height)) height = width / aspect;
    else width = height * aspect;
    const shrink = Math.min(1, roomX / width, roomY / height);
    width *= shrink;
    height *= shrink;
  }
  const left = x < 0 ? right - width : x > 0 || aspect === undefined ? rect.x : rect.x + (rect.width - width) / 2;
  const top = y < 0 ? bottom - height : y > 0 || aspect === undefined ? rect.y : rect.y + (rect.height - height) / 2;
  return within({ x: left, y: top, width, height }, size);
}
