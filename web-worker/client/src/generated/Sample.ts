// Written by tools/generate from the operations table.
/**
 * The type of a sample.
 */
export type Sample = "u8" | "u16" | "u32" | "f16" | "f32";
