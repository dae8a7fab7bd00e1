// Written by tools/generate from the operations table.
/**
 * An EXIF tag.
 */
export type ExifTag = { 
/**
 * What it is about: "image", "camera", "thumbnail", "gps".
 */
group: string, 
/**
 * Its name: "ExposureTime".
 */
name: string, 
/**
 * Its value in words: "1/250 s".
 */
value: string, };
