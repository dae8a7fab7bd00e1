// Written by tools/generate from the operations table.
import type { Region } from "./Region.ts";
import type { Size } from "./Size.ts";

/**
 * What to decode, and to which size. Applied in the order orientation,
 * region, scale.
 */
export type DecodeParameters = { 
/**
 * The frame, counted from 0, as it is seen when the animation plays.
 */
frame?: number, 
/**
 * The part to decode, in pixels of the oriented picture. Default: all.
 */
region?: Region, 
/**
 * The size of the output in pixels, exactly. Default: the region's.
 */
size?: Size, 
/**
 * Stops by which pictures of linear light (OpenEXR, Radiance, TIFF of
 * floats) are made brighter, -30 to 30. Default: 0. No other changes.
 */
exposure?: number, };
