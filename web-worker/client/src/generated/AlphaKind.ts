// Written by tools/generate from the operations table.
/**
 * What an alpha channel means.
 */
export type AlphaKind = "none" | "straight" | "premultiplied";
