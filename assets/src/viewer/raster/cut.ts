/** Cuts tiles out of a level as a look wants them: its part, turned, mirrored, a channel alone. */
import { type Channel, inPicture, isUntouched, type Look, lookedAt, type Rect } from "./look.ts";
import { crop, type Level } from "./pyramid.ts";

/** A look at a picture, as one at the picture halved `depth` times: parts are rounded outwards. */
export function atDepth(look: Look, depth: number, level: Level): Look {
  const { crop: rect } = look.edit;
  if (!rect || depth === 0) return look;
  const scale = 2 ** depth;
  const x = Math.min(Math.floor(rect.x / scale), level.width - 1);
  const y = Math.min(Math.floor(rect.y / scale), level.height - 1);
  const reduced = {
    x,
    y,
    width: Math.min(Math.max(1, Math.ceil(rect.width / scale)), level.width - x),
    height: Math.min(Math.max(1, Math.ceil(rect.height / scale)), level.height - y),
  };
  return { ...look, edit: { ...look.edit, crop: reduced } };
}

/** The picture itself, of which a level is a halving: what is clipped shows in its own pixels alone. */
export interface Origin {
  readonly base: Level;
  readonly depth: number;
}

/** `rect` of what is looked at; what lies outside is left out. */
export function cut(
  level: Level,
  { edit, channel }: Look,
  rect: Rect,
  origin: Origin = { base: level, depth: 0 },
): Level {
  const all = lookedAt(edit, level);
  const wanted = {
    x: rect.x,
    y: rect.y,
    width: Math.min(rect.width, all.width - rect.x),
    height: Math.min(rect.height, all.height - rect.y),
  };
  const source = inPicture(edit, level, wanted);
  const straight = crop(level, source.x, source.y, source.width, source.height);
  if (channel === "clipped") markClipped(straight, source, origin);
  else if (channel) isolate(straight.pixels, channel);
  return edit.turn === 0 && !edit.flip ? straight : reorder(straight, edit.turn, edit.flip);
}

/** All of what is looked at. */
export function cutWhole(level: Level, look: Look, origin?: Origin): Level {
  if (isUntouched(look.edit) && !look.channel) return level;
  const { width, height } = lookedAt(look.edit, level);
  return cut(level, look, { x: 0, y: 0, width, height }, origin);
}

function reorder({ width, height, pixels }: Level, turn: number, flip: boolean): Level {
  const sideways = turn % 180 !== 0;
  const to = { width: sideways ? height : width, height: sideways ? width : height };
  const target = new Uint8ClampedArray(pixels.length);
  const from32 = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);
  const to32 = new Uint32Array(target.buffer);
  // Where the target's first pixel comes from, and how far apart its neighbours' sources lie.
  const [start, right, down] = {
    0: [0, 1, width],
    90: [(height - 1) * width, -width, 1],
    180: [width * height - 1, -1, -width],
    270: [width - 1, width, -1],
  }[turn] as [number, number, number];
  for (let y = 0, at = 0; y < to.height; y++) {
    let source = start + y * down + (flip ? (to.width - 1) * right : 0);
    const step = flip ? -right : right;
    for (let x = 0; x < to.width; x++, at++, source += step) to32[at] = from32[source] as number;
  }
  return { ...to, pixels: target };
}

const offsets = { red: 0, green: 1, blue: 2, alpha: 3 };

/** Rec. 709 weights, of 256. */
function grey(pixels: Uint8ClampedArray, at: number): number {
  return ((pixels[at] as number) * 54 + (pixels[at + 1] as number) * 183 + (pixels[at + 2] as number) * 19) >> 8;
}

/** 2 where a sample of the block is at 255, 1 where one is at 0, else 0. */
function clipped({ width, height, pixels }: Level, x: number, y: number, side: number): number {
  let found = 0;
  for (let row = y; row < Math.min(y + side, height); row++) {
    const end = (row * width + Math.min(x + side, width)) * 4;
    for (let at = (row * width + x) * 4; at < end; at += 4) {
      const r = pixels[at];
      const g = pixels[at + 1];
      const b = pixels[at + 2];
      if (pixels[at + 3] === 0) continue;
      if (r === 255 || g === 255 || b === 255) return 2;
      if (r === 0 || g === 0 || b === 0) found = 1;
    }
  }
  return found;
}

/** Dims a part of a level, and marks each of its pixels beneath which one of the picture's own is clipped. */
function markClipped(part: Level, { x, y }: Rect, { base, depth }: Origin): void {
  const side = 2 ** depth;
  const { width, height, pixels } = part;
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at += 4) {
      const mark = clipped(base, (x + column) * side, (y + row) * side, side);
      const dim = 64 + (grey(pixels, at) >> 1);
      pixels[at] = mark === 2 ? 255 : mark === 1 ? 40 : dim;
      pixels[at + 1] = mark === 2 ? 60 : mark === 1 ? 110 : dim;
      pixels[at + 2] = mark === 2 ? 40 : mark === 1 ? 255 : dim;
      if (mark > 0) pixels[at + 3] = 255;
    }
  }
}

function isolate(pixels: Uint8ClampedArray, channel: Exclude<Channel, "clipped">): void {
  const offset = offsets[channel];
  for (let at = 0; at < pixels.length; at += 4) {
    const value = pixels[at + offset] as number;
    pixels[at] = value;
    pixels[at + 1] = value;
    pixels[at + 2] = value;
    pixels[at + 3] = 255;
  }
}
