/** What a pixel's colour tells: the counts as they are, or something else that is known of the orbit. */
import type { TilePlane } from "@locus/client";

export const modes = ["smooth", "distance", "slope", "histogram", "angle"] as const;

export type Mode = (typeof modes)[number];

export interface ModeWords {
  name: string;
  /** What it shows, for tooltips. */
  about: string;
}

export const words: Record<Mode, ModeWords> = {
  smooth: { name: "Smooth", about: "Colours by the count of iterations" },
  distance: { name: "Distance", about: "Colours by the distance to the set, its threads drawn dark" },
  slope: { name: "Slope", about: "The counts as hills, lit from the upper left" },
  histogram: { name: "Histogram", about: "Every colour covers as much of the screen" },
  angle: { name: "Angle", about: "Colours by the direction in which a point escaped" },
};

/** The planes that a tile needs beyond counts and fractions. */
export const extra: Record<Mode, readonly TilePlane[]> = {
  smooth: [],
  distance: ["distance"],
  slope: [],
  histogram: [],
  angle: ["angle"],
};

export function modeOf(name: string | null): Mode {
  return modes.find((mode) => mode === name) ?? "smooth";
}
