// Written by tools/generate from the operations table.
/**
 * A rectangle of pixels.
 */
export type Region = { 
/**
 * Leftmost column.
 */
x: number, 
/**
 * Topmost row.
 */
y: number, 
/**
 * Pixels a row.
 */
width: number, 
/**
 * Rows.
 */
height: number, };
