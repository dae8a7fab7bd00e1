// Written by tools/generate from the operations table.
/**
 * A picture format that can be decoded.
 */
export type Format = "jxl" | "png" | "jpeg" | "webp" | "gif" | "tiff" | "bmp" | "qoi" | "pnm" | "ico" | "tga" | "dds" | "farbfeld" | "exr" | "hdr";
