// Written by tools/generate from the operations table.
/**
 * `allocate` returns nothing.
 */
export type AllocateResult = Record<string, never>;
