/** What is known of the pixels in sight, summed over their tiles. */
import type { Scene } from "./plan.ts";

export interface Facts {
  limit: number;
  /** Tiles on the screen, and how many of them are there. */
  tiles: number;
  done: number;
  pixels: number;
  escaped: number;
  interior: number;
  undecided: number;
  lowest: number | undefined;
  highest: number | undefined;
  iterations: number;
  /** Milliseconds that they took, each in its engine or runner. */
  took: number;
  local: number;
  server: number;
}

export const nothing: Facts = {
  limit: 0,
  tiles: 0,
  done: 0,
  pixels: 0,
  escaped: 0,
  interior: 0,
  undecided: 0,
  lowest: undefined,
  highest: undefined,
  iterations: 0,
  took: 0,
  local: 0,
  server: 0,
};

export function factsOf({ own, wanted }: Scene, limit: number): Facts {
  const facts = { ...nothing, limit, tiles: wanted, done: own.length };
  for (const tile of own) {
    facts.pixels += tile.count.length;
    facts.escaped += tile.escaped;
    facts.interior += tile.interior;
    facts.undecided += tile.undecided;
    facts.iterations += tile.iterations;
    facts.took += tile.took ?? 0;
    facts[tile.place]++;
    if (tile.lowest !== undefined) facts.lowest = Math.min(facts.lowest ?? tile.lowest, tile.lowest);
    if (tile.highest !== undefined) facts.highest = Math.max(facts.highest ?? 0, tile.highest);
  }
  return facts;
}
