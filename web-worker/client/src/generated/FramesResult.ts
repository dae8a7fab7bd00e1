// Written by tools/generate from the operations table.
import type { SeenFrame } from "./SeenFrame.ts";

/**
 * Frames as they are seen; payload i is the frame `first` + i.
 */
export type FramesResult = { 
/**
 * The first frame that came.
 */
first: number, 
/**
 * Frames that the file has.
 */
total: number, 
/**
 * How often the animation plays, 0 for ever; null for a still picture.
 */
loops: number | null, 
/**
 * The frames that came, in order.
 */
frames: Array<SeenFrame>, };
