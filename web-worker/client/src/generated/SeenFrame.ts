// Written by tools/generate from the operations table.
import type { Raster } from "./Raster.ts";

/**
 * A frame as it is seen, over those before it.
 */
export type SeenFrame = { 
/**
 * How long it is seen, in milliseconds; 0 for a still picture.
 */
duration_ms: number, 
/**
 * What its payload holds: RGBA, 8 bits, straight alpha, sRGB.
 */
raster: Raster, };
