// Written by tools/generate from the operations table.
/**
 * What was echoed.
 */
export type EchoResult = { 
/**
 * Bytes of all inputs together.
 */
bytes: number, };
