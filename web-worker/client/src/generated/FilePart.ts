// Written by tools/generate from the operations table.
/**
 * A part of a container.
 */
export type FilePart = { 
/**
 * Its name: "jxlc", "IHDR", "APP1 EXIF", "VP8L".
 */
kind: string, 
/**
 * Where it begins in the file, header included.
 */
offset: number, 
/**
 * Its length in bytes, header included.
 */
length: number, };
