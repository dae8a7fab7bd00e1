// Written by tools/generate from the operations table.
/**
 * `spin` has no parameters.
 */
export type SpinParameters = Record<string, never>;
