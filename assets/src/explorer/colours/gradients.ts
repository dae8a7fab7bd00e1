/**
 * Gradients of one's own: stops on a ring, as text for URLs and storage, and gradients of hundreds of colours made small
 * enough to be edited without a difference that is seen.
 */
import { apart, mixed, type Palette } from "../palettes.ts";

export interface Stop {
  /** Place on the ring, 0 to below 1. */
  at: number;
  /** As hex, "#rrggbb". */
  colour: string;
}

/** A gradient of one's own. */
export interface Gradient {
  name: string;
  /** By rising place, at least two. */
  stops: readonly Stop[];
}

/** As many as a file or a link may have. */
export const mostStops = 256;
/** The palette's id in URLs and on the page. */
export const own = "own";

/** Places are written in thousandths and ten times as fine: nearer stops cannot be told apart. */
const grain = 10_000;

export function paletteFrom({ name, stops }: Gradient): Palette {
  return {
    id: own,
    name,
    stops: stops.map(({ colour }) => colour),
    at: stops.map(({ at }) => at),
    turns: 0.12,
    start: 0,
  };
}

/** The stops of any palette. */
export function stopsOf({ stops, at }: Palette): Stop[] {
  return stops.map((colour, index) => ({ at: at?.[index] ?? index / stops.length, colour }));
}

/** "0b1026.0-1d2f6f.1250": the stops as text, in ten-thousandths of the ring. */
export function encoded(stops: readonly Stop[]): string {
  return stops.map(({ at, colour }) => `${colour.slice(1)}.${Math.round(at * grain)}`).join("-");
}

/** Undefined for what `encoded` does not write. */
export function decoded(text: string): Stop[] | undefined {
  const parts = text.split("-");
  if (parts.length < 2 || parts.length > mostStops) return undefined;
  const stops: Stop[] = [];
  for (const part of parts) {
    const match = /^([0-9a-f]{6})\.(\d{1,5})$/i.exec(part);
    const at = Number(match?.[2]) / grain;
    if (!match || at >= 1) return undefined;
    stops.push({ at, colour: `#${match[1]?.toLowerCase()}` });
  }
  return sorted(stops);
}

/** By place, each on a place of its own that `encoded` can tell. */
export function sorted(stops: readonly Stop[]): Stop[] {
  return stops
    .map(({ at, colour }) => ({ at: Math.round(Math.max(0, Math.min(1 - 1 / grain, at)) * grain) / grain, colour }))
    .sort((a, b) => a.at - b.at);
}

/** Difference in Oklab that may be left when stops are taken out: half of what eyes tell apart. */
const unseen = 0.01;

/** Colours at equal distances as the fewest stops that look the same; at most `mostStops`. */
export function simplified(colours: readonly string[]): Stop[] {
  const count = colours.length;
  const at = (index: number): Stop => ({ at: index / count, colour: colours[index] as string });
  const chosen = new Set([0, count - 1]);
  // Douglas and Peucker: the worst place between two stops becomes a stop.
  const open: [number, number][] = [[0, count - 1]];
  for (let part = open.pop(); part; part = open.pop()) {
    const [from, to] = part;
    let worst = unseen;
    let where: number | undefined;
    for (let index = from + 1; index < to; index++) {
      const between = mixed(colours[from] as string, colours[to] as string, (index - from) / (to - from));
      const error = apart(between, colours[index] as string);
      if (error <= worst) continue;
      worst = error;
      where = index;
    }
    if (where === undefined) continue;
    chosen.add(where);
    open.push([from, where], [where, to]);
  }
  return sorted([...chosen].map(at)).slice(0, mostStops);
}
