// Written by tools/generate from the operations table.
/**
 * The type of a raw sample.
 */
export type RawSample = "u8" | "u16";
