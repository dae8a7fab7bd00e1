// Written by tools/generate from the operations table.
import type { ExifTag } from "./ExifTag.ts";
import type { FilePart } from "./FilePart.ts";
import type { ProfileWords } from "./ProfileWords.ts";

/**
 * What a file says beside its pixels.
 */
export type MetadataResult = { 
/**
 * The container's parts in order: JPEG XL boxes, PNG chunks, JPEG
 * segments, RIFF chunks, TIFF directories.
 */
boxes: Array<FilePart>, 
/**
 * Parts that are there and not in `boxes`, because they are too many.
 */
left_off: number, 
/**
 * EXIF's tags, readable.
 */
exif: Array<ExifTag>, 
/**
 * XMP's text.
 */
xmp: string | null, 
/**
 * The colour profile.
 */
profile: ProfileWords | null, };
