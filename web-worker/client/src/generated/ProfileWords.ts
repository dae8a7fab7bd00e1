// Written by tools/generate from the operations table.
/**
 * A colour profile in words.
 */
export type ProfileWords = { 
/**
 * The name that it gives itself.
 */
name: string, 
/**
 * What it is: "RGB display profile, version 4.3, matrix and curves, 536 bytes".
 */
words: string, };
