// Written by tools/generate from the operations table.
import type { Alpha } from "./Alpha.ts";
import type { ColorSpace } from "./ColorSpace.ts";
import type { Plane } from "./Plane.ts";

/**
 * A pixel buffer's geometry and colour. Its samples lie in payloads, one or
 * more planes, row by row from the top, little-endian.
 */
export type Raster = { 
/**
 * Pixels a row.
 */
width: number, 
/**
 * Rows.
 */
height: number, 
/**
 * What the alpha channel means.
 */
alpha: Alpha, 
/**
 * What the colour channels mean; `None` for planes without colour.
 */
color_space?: ColorSpace, 
/**
 * The planes, each over the whole raster.
 */
planes: Array<Plane>, };
