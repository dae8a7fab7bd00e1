// Written by tools/generate from the operations table.
/**
 * A format that can be written.
 */
export type EncodeFormat = "png" | "jpeg" | "webp" | "qoi" | "jxl";
