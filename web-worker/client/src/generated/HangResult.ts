// Written by tools/generate from the operations table.
/**
 * `hang` returns nothing.
 */
export type HangResult = Record<string, never>;
