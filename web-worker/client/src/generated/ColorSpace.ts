// Written by tools/generate from the operations table.
/**
 * What a raster's colour channels mean.
 */
export type ColorSpace = "srgb" | "linear-srgb" | "display-p3" | "rec2020";
