// Written by tools/generate from the operations table.
import type { Sample } from "./Sample.ts";

/**
 * One plane of a raster: interleaved channels of one sample type.
 */
export type Plane = { 
/**
 * What it holds, e.g. `rgba`, `depth`.
 */
name: string, 
/**
 * Type of one sample.
 */
sample: Sample, 
/**
 * Samples a pixel.
 */
channels: number, 
/**
 * Index of the payload that holds it.
 */
payload: number, 
/**
 * Bytes from one row to the next.
 */
row_bytes: number, };
