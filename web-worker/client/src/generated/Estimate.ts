// Written by tools/generate from the operations table.
/**
 * What a call would take. A pure function of parameters and the head of
 * the input; placement reads it, and speeds are learned against its units.
 */
export type Estimate = { 
/**
 * Work, where one unit is about a nanosecond of one native core.
 */
units_cold: number, 
/**
 * Work when the input's parsed state is still in the instance.
 */
units_warm: number, 
/**
 * Bytes of memory at the peak, inputs and reply included.
 */
peak_bytes: number, 
/**
 * Bytes of the reply's payloads.
 */
reply_bytes: number, 
/**
 * Whether more threads make it faster.
 */
parallel: boolean, };
