/**
 * The iteration limit: one that was set, or one that follows what is seen. It rises while pixels keep escaping shortly
 * before it, because then more would escape after it, and falls only where it is many times too high, so that it does
 * not swing between two values.
 */
import type { Tile } from "./tiles.ts";

export const lowestLimit = 512;
/** Higher ones are for those who set them: a tile at the boundary then takes seconds. */
const highestAuto = 1 << 17;
/** The most that the operation takes. */
export const highestLimit = 100_000_000;
/** Share of pixels that escape late from which on the limit is too low. */
const tooLate = 0.0004;
/** As many times too high before it falls. */
const slack = 16;
/** Powers of two that the view has to be further out for the limit to halve. */
const stair = 2;

export class Limit {
  #set: number | undefined;
  #auto = lowestLimit;
  #floor = lowestLimit;
  #depth = 0;
  /** How deep it was when the limit rose. */
  #risen = 0;

  get current(): number {
    return this.#set ?? this.#auto;
  }

  /**
   * How deep one looks, in powers of two beyond all of the set. Deeper views take more iterations, and a limit that is
   * too high costs little, since most orbits end before it: better to begin there than to compute everything twice.
   * Further out than where it rose, it falls again: what was needed down there would else be kept for ever, as at the
   * edge of the set some pixel always escapes late.
   */
  set depth(zoom: number) {
    this.#depth = zoom;
    this.#floor = lowestLimit * 2 ** Math.floor(Math.max(0, Math.min(48, zoom)) / 8);
    for (; zoom < this.#risen - stair && this.#auto > this.#floor; this.#risen -= stair) this.#auto /= 2;
    this.#auto = Math.max(this.#auto, this.#floor);
  }

  /** The one that was set; undefined for the automatic one. */
  get set(): number | undefined {
    return this.#set;
  }

  set set(limit: number | undefined) {
    if (limit === undefined && this.#set !== undefined) {
      this.#auto = Math.max(lowestLimit, Math.min(highestAuto, this.#set));
    }
    this.#set = limit;
  }

  /** Looks at the tiles in sight, `complete` when none is missing; true when the limit has changed. */
  consider(tiles: readonly Tile[], complete: boolean): boolean {
    if (this.#set !== undefined || tiles.length === 0) return false;
    const now = this.#auto;
    const telling = tiles.filter((tile) => tile.limit >= now || tile.undecided === 0);
    const pixels = telling.reduce((sum, tile) => sum + tile.count.length, 0);
    const late = telling.reduce((sum, tile) => sum + (tile.limit === now && tile.undecided > 0 ? tile.late : 0), 0);
    // A few tiles may not speak for all, unless they are all.
    const enough = complete || telling.length >= Math.min(6, tiles.length);
    // Where nothing escapes and nothing is proved, the limit may be far too low. Or it is the set: then there is an end.
    const blind = telling.some((tile) => tile.undecided > 0) && telling.every((tile) => tile.highest === undefined);
    const rise =
      (late / pixels > tooLate && now < highestAuto) || (blind && now < Math.min(highestAuto, this.#floor * 16));
    if (enough && pixels > 0 && rise) {
      this.#auto = Math.min(highestAuto, now * 2);
      this.#risen = this.#depth;
      return true;
    }
    if (!complete || blind) return false;
    const highest = tiles.reduce((most, tile) => Math.max(most, tile.highest ?? 0), 0);
    if (highest * slack < now && now > this.#floor) {
      // Half of the slack is kept.
      this.#auto = Math.max(this.#floor, now / (slack / 4));
      return true;
    }
    return false;
  }
}

/** Pixels that escaped in the last quarter before a limit. */
export function lateOf(count: Uint32Array, limit: number): number {
  const from = limit * 0.75;
  let late = 0;
  for (const each of count) if (each >= from && each <= limit) late++;
  return late;
}

/** Whether a tile has to be computed again for a higher limit: only where that could change a pixel. */
export function satisfies(tile: Tile, limit: number): boolean {
  return tile.limit >= limit || tile.undecided === 0;
}
