// Written by tools/generate from the operations table.
/**
 * `spin` returns nothing.
 */
export type SpinResult = Record<string, never>;
