// Written by tools/generate from the operations table.
/**
 * Parameters of `panic`.
 */
export type PanicParameters = { 
/**
 * Panic in a thread of the pool, where there is one. Default: false.
 */
in_pool?: boolean, };
