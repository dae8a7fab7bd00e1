// Written by tools/generate from the operations table.
/**
 * Parameters of `allocate`.
 */
export type AllocateParameters = { 
/**
 * Bytes to take.
 */
bytes: number, };
