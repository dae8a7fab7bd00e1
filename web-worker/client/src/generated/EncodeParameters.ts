// Written by tools/generate from the operations table.
import type { EncodeFormat } from "./EncodeFormat.ts";
import type { Metadata } from "./Metadata.ts";
import type { RawRaster } from "./RawRaster.ts";
import type { Region } from "./Region.ts";
import type { Size } from "./Size.ts";

/**
 * What to write. The order is orientation, region, turn and flip, size.
 */
export type EncodeParameters = { 
/**
 * The file's format.
 */
format: EncodeFormat, 
/**
 * JPEG's quality, 1 to 100. Default: 90. Other formats are lossless.
 */
quality?: number, 
/**
 * Whether EXIF, XMP and the like go along. Default: `keep`.
 */
metadata?: Metadata, 
/**
 * The frame, counted from 0. Default: 0.
 */
frame?: number, 
/**
 * The part to write, in pixels of the oriented picture. Default: all.
 */
region?: Region, 
/**
 * The size of the file's picture in pixels. Default: that of the part, turned.
 */
size?: Size, 
/**
 * Degrees by which the picture is turned clockwise. Default: 0.
 */
turn?: 0 | 90 | 180 | 270, 
/**
 * Whether left and right change places, after the turn. Default: false.
 */
flip?: boolean, 
/**
 * What the input is where it is no file: raw pixels, row by row without
 * gaps, little-endian, channels side by side, straight alpha, sRGB.
 */
raster?: RawRaster, };
