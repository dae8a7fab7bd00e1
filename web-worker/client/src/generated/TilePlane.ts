// Written by tools/generate from the operations table.
/**
 * What can be known of a pixel.
 */
export type TilePlane = "count" | "fraction" | "distance" | "angle";
