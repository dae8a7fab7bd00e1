// Written by tools/generate from the operations table.
/**
 * `panic` returns nothing.
 */
export type PanicResult = Record<string, never>;
