// Written by tools/generate from the operations table.
import type { Raster } from "./Raster.ts";

/**
 * A tile's counts.
 */
export type TileResult = { 
/**
 * What the payloads hold: a plane for each that was asked for, named
 * like it and in that order.
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
 * Iterations that were performed to find that out; those for the planes
 * `distance` and `angle` not counted.
 */
iterations: number, };
