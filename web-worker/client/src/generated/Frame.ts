// Written by tools/generate from the operations table.
/**
 * A frame that is seen.
 */
export type Frame = { 
/**
 * How long it is seen, in milliseconds.
 */
duration_ms?: number, 
/**
 * Its name, if it has one.
 */
name?: string, };
