// Written by tools/generate from the operations table.
/**
 * A size in pixels.
 */
export type Size = { 
/**
 * Pixels a row.
 */
width: number, 
/**
 * Rows.
 */
height: number, };
