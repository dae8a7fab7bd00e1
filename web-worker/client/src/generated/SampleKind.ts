// Written by tools/generate from the operations table.
/**
 * What a sample is.
 */
export type SampleKind = "int" | "float";
