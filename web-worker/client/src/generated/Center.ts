// Written by tools/generate from the operations table.
/**
 * A point of the complex plane: decimal numbers of any length, with
 * optional sign, point and exponent.
 */
export type Center = { 
/**
 * Real part.
 */
re: string, 
/**
 * Imaginary part; it grows upwards.
 */
im: string, };
