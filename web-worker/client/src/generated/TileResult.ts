// Written by tools/generate from the operations table.
import type { Raster } from "./Raster.ts";

/**
 * A tile's counts.
 */
export type TileResult = { 
/**
 * What the payloads hold. `count`: the smallest n with |z(n)| beyond
 * the escape radius, 4,294,967,295 where there was none. `fraction`:
 * 0 to 1; count and fraction together are continuous.
 */
raster: Raster, 
/**
 * Pixels that escaped.
 */
escaped: number, 
/**
 * Pixels that were proved to belong to the set.
 */
interior: number, 
/**
 * Pixels that had not escaped when the iterations ended.
 */
undecided: number, 
/**
 * Lowest count of a pixel that escaped.
 */
lowest: number | null, 
/**
 * Highest count of a pixel that escaped.
 */
highest: number | null, 
/**
 * Iterations that were performed.
 */
iterations: number, };
