// Written by tools/generate from the operations table.
import type { RawSample } from "./RawSample.ts";

/**
 * Raw pixels as an input.
 */
export type RawRaster = { 
/**
 * Pixels a row.
 */
width: number, 
/**
 * Rows.
 */
height: number, 
/**
 * Type of one sample.
 */
sample: RawSample, 
/**
 * Samples a pixel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
 */
channels: 1 | 2 | 3 | 4, };
