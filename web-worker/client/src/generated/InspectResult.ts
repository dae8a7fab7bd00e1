// Written by tools/generate from the operations table.
import type { AlphaKind } from "./AlphaKind.ts";
import type { Color } from "./Color.ts";
import type { ExtraChannel } from "./ExtraChannel.ts";
import type { Format } from "./Format.ts";
import type { Frame } from "./Frame.ts";
import type { SampleKind } from "./SampleKind.ts";

/**
 * What can be told of a picture without decoding pixels.
 */
export type InspectResult = { 
/**
 * The format.
 */
format: Format, 
/**
 * Pixels a row, after orientation.
 */
width: number, 
/**
 * Rows, after orientation.
 */
height: number, 
/**
 * How the stored pixels are turned to be looked at, 1 to 8 as in EXIF.
 */
orientation: number, 
/**
 * Bits of a colour sample.
 */
bit_depth: number, 
/**
 * What a sample is.
 */
sample: SampleKind, 
/**
 * What the colours are.
 */
color: Color, 
/**
 * What the alpha channel means, if there is one.
 */
alpha: AlphaKind, 
/**
 * Channels beside colour and the first alpha.
 */
extra_channels: Array<ExtraChannel>, 
/**
 * The frames that are seen, in order; one for a still picture.
 */
frames: Array<Frame>, 
/**
 * How often an animation plays, 0 for ever.
 */
loops?: number, 
/**
 * Whether it is an animation.
 */
animated: boolean, 
/**
 * Whether EXIF data are there.
 */
exif: boolean, 
/**
 * Whether XMP data are there.
 */
xmp: boolean, 
/**
 * Whether the JPEG that this was made of can be had back.
 */
jpeg_reconstruction: boolean, 
/**
 * Whether pixels were kept as they were, where the file tells.
 */
lossless?: boolean, 
/**
 * Whether the file ends early, so that decoding it will fail.
 */
truncated: boolean, 
/**
 * Bytes of memory that decoding one whole frame takes, estimated.
 */
decode_memory: number, };
