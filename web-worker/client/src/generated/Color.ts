// Written by tools/generate from the operations table.
import type { ColorModel } from "./ColorModel.ts";

/**
 * What the colours are.
 */
export type Color = { 
/**
 * The channels.
 */
model: ColorModel, 
/**
 * The space in words: "sRGB", "Display P3", "Rec. 2020 PQ".
 */
space: string, 
/**
 * The name that the ICC profile gives itself, where there is one.
 */
icc_name?: string, };
