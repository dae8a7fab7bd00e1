/** How a palette's ring is laid over the counts: how densely, and where it begins. Neither computes anything anew. */
import type { Palette } from "./palettes.ts";

export interface Tuning {
  /** Turns of the ring, as a factor of the palette's own. */
  density: number;
  /** Part of the ring by which colours are shifted, 0 to below 1. */
  offset: number;
}

/** The palette as it was made. */
export const untuned: Tuning = { density: 1, offset: 0 };

/** Density is at least the one and at most the other, in powers of two from the palette's own. */
export const densityRange = [-3, 3] as const;

const rounded = (value: number) => Math.round(value * 1000) / 1000;

/** Figures as the sliders and the URL give them, made valid. */
export function tuningOf(density: number, offset: number): Tuning {
  const [least, most] = densityRange;
  const bounded = Math.max(2 ** least, Math.min(2 ** most, density));
  return {
    density: density > 0 ? rounded(bounded) : untuned.density,
    offset: Number.isFinite(offset) ? rounded(offset - Math.floor(offset)) % 1 : untuned.offset,
  };
}

export function isUntuned({ density, offset }: Tuning): boolean {
  return density === untuned.density && offset === untuned.offset;
}

/** The palette with its ring laid so. */
export function tuned(palette: Palette, { density, offset }: Tuning): Palette {
  return { ...palette, turns: palette.turns * density, start: (palette.start + offset) % 1 };
}
