// Written by tools/generate from the operations table.
/**
 * The JPEG; payload 0 holds it.
 */
export type ReconstructResult = { 
/**
 * Its length in bytes.
 */
bytes: number, };
