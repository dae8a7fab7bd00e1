// Written by tools/generate from the operations table.
/**
 * What a raster's alpha channel means.
 */
export type Alpha = "opaque" | "straight" | "premultiplied";
