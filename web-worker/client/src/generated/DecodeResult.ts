// Written by tools/generate from the operations table.
import type { Format } from "./Format.ts";
import type { Raster } from "./Raster.ts";
import type { Size } from "./Size.ts";

/**
 * A decoded picture.
 */
export type DecodeResult = { 
/**
 * What the payload holds: RGBA, 8 bits, straight alpha, sRGB.
 */
raster: Raster, 
/**
 * The whole picture's size in pixels, after orientation.
 */
source: Size, 
/**
 * The format that it was in.
 */
format: Format, 
/**
 * The frame that was decoded.
 */
frame: number, };
