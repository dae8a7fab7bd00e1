// Written by tools/generate from the operations table.
import type { EncodeFormat } from "./EncodeFormat.ts";
import type { Size } from "./Size.ts";

/**
 * A file that was written; payload 0 is the file.
 */
export type EncodeResult = { 
/**
 * Its format.
 */
format: EncodeFormat, 
/**
 * Its picture's size in pixels.
 */
size: Size, 
/**
 * Its length in bytes.
 */
bytes: number, 
/**
 * What went along: `exif`, `xmp`.
 */
kept: Array<string>, };
