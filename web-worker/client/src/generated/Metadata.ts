// Written by tools/generate from the operations table.
/**
 * What becomes of metadata.
 */
export type Metadata = "keep" | "strip";
