// Written by tools/generate from the operations table.
/**
 * A channel beside colour and alpha.
 */
export type ExtraChannel = { 
/**
 * What it holds: "depth", "spot color", "thermal".
 */
kind: string, 
/**
 * Its name, if it has one.
 */
name?: string, 
/**
 * Bits of a sample.
 */
bit_depth: number, };
