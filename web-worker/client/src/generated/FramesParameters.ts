// Written by tools/generate from the operations table.
import type { Size } from "./Size.ts";

/**
 * Which frames, and how large.
 */
export type FramesParameters = { 
/**
 * The first frame, counted from 0. Default: 0.
 */
first?: number, 
/**
 * How many, at most. Default: all. Fewer come where memory ends.
 */
count?: number, 
/**
 * The size of each in pixels. Default: the picture's.
 */
size?: Size, };
