// Written by tools/generate from the operations table.
/**
 * `hang` has no parameters.
 */
export type HangParameters = Record<string, never>;
