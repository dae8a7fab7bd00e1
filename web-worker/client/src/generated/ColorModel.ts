// Written by tools/generate from the operations table.
/**
 * Colour channels.
 */
export type ColorModel = "gray" | "rgb" | "cmyk";
