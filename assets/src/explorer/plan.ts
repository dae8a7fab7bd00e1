/**
 * From a view and the tiles that are there: what to draw now, and what to compute next. Where a tile is missing, the
 * nearest one above it stands in, magnified, with finer ones on it where one came from below. What is wanted begins
 * coarse where nothing good stands in, and then goes from the pointer outwards.
 */
import type { View } from "./camera.ts";
import { satisfies } from "./limit.ts";
import type { Wish } from "./scheduler.ts";
import type { Quad } from "./surface.ts";
import { above, coarsest, follows, keyOf, levelOf, type Placed, type Tile, type Tiles, visible } from "./tiles.ts";

/** The screen: its size in device pixels, and how many of them make one of CSS. */
export interface Screen {
  width: number;
  height: number;
  ratio: number;
}

/** Levels up to which a coarser tile may stand in. */
const reach = 9;
/** Levels by which finer tiles are looked for. */
const depth = 2;
/** How far up the first and the second coarse pass lie. */
const passes = [4, 2] as const;

export interface Scene {
  quads: Quad[];
  /** Tiles of the screen's own level: those that there are, and how many there should be. */
  own: Tile[];
  wanted: number;
}

/** What to draw. `ready` prepares a tile, or says that it has to wait. */
export function scene(view: View, screen: Screen, finest: number, tiles: Tiles, ready: (tile: Tile) => boolean): Scene {
  const level = levelOf(view, screen.ratio, finest);
  const spots = visible(view, level, screen.width, screen.height, screen.ratio);
  const quads: Quad[] = [];
  const own: Tile[] = [];
  for (const spot of spots) {
    const tile = tiles.get(spot);
    if (tile) {
      own.push(tile);
      tiles.touch(tile);
      if (ready(tile)) {
        tiles.replaced(tile);
        quads.push(whole(tile, spot));
        continue;
      }
      if (tile.before && ready(tile.before)) {
        quads.push(whole(tile.before, spot));
        continue;
      }
    }
    const under = standIn(spot, tiles, ready);
    if (under) quads.push(under);
    finer(spot, tiles, ready, depth, quads);
  }
  return { quads, own, wanted: spots.length };
}

function whole(tile: Tile, { left, top, size }: Placed): Quad {
  return { tile, left, top, width: size, u: 0, v: 0, part: 1 };
}

function standIn(spot: Placed, tiles: Tiles, ready: (tile: Tile) => boolean): Quad | undefined {
  for (let up = 1; up <= reach && spot.level - up >= coarsest; up++) {
    const tile = tiles.get(above(spot, up));
    if (!tile || !ready(tile)) continue;
    tiles.touch(tile);
    const part = 2 ** -up;
    const mask = (1n << BigInt(up)) - 1n;
    const { left, top, size } = spot;
    return { tile, left, top, width: size, u: Number(spot.x & mask) * part, v: Number(spot.y & mask) * part, part };
  }
  return undefined;
}

function finer(spot: Placed, tiles: Tiles, ready: (tile: Tile) => boolean, left: number, quads: Quad[]): void {
  if (left === 0) return;
  const size = spot.size / 2;
  for (const [dx, dy] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const) {
    const child: Placed = {
      level: spot.level + 1,
      x: 2n * spot.x + BigInt(dx),
      y: 2n * spot.y + BigInt(dy),
      left: spot.left + dx * size,
      top: spot.top + dy * size,
      size,
    };
    const tile = tiles.get(child);
    if (tile && ready(tile)) {
      tiles.touch(tile);
      quads.push(whole(tile, child));
    } else {
      finer(child, tiles, ready, left - 1, quads);
    }
  }
}

/** What to compute, the best first; (x, y) is what interests, in device pixels. */
export function wishes(
  view: View,
  screen: Screen,
  finest: number,
  tiles: Tiles,
  { limit, recipe }: Pick<Wish, "limit" | "recipe">,
  x: number,
  y: number,
): Wish[] {
  const level = levelOf(view, screen.ratio, finest);
  const ranked = new Map<string, { wish: Wish; pass: number; away: number }>();
  const want = (spot: Placed, up: number, pass: number): void => {
    const { level, x: column, y: row } = up === 0 ? spot : above(spot, up);
    const there = tiles.get({ level, x: column, y: row });
    if (there && (up > 0 || (satisfies(there, limit) && follows(there, recipe)))) return;
    const key = keyOf({ level, x: column, y: row });
    const away = Math.hypot(spot.left + spot.size / 2 - x, spot.top + spot.size / 2 - y);
    const before = ranked.get(key);
    if (before) before.away = Math.min(before.away, away);
    // Tiles that are there, and only lack iterations, come after those that are missing.
    else
      ranked.set(key, { wish: { key, level, x: column, y: row, limit, recipe }, pass: there ? pass + 1 : pass, away });
  };
  for (const spot of visible(view, level, screen.width, screen.height, screen.ratio)) {
    want(spot, 0, passes.length);
    if (tiles.get(spot)) continue;
    let nearest = 1;
    while (nearest <= reach && !tiles.get(above(spot, nearest))) nearest++;
    passes.forEach((up, pass) => {
      if (nearest > up && level - up >= coarsest) want(spot, up, pass);
    });
  }
  return [...ranked.values()].sort((a, b) => a.pass - b.pass || a.away - b.away).map(({ wish }) => wish);
}
