// Written by tools/generate from the operations table.
/**
 * `jpeg.reconstruct` has no parameters.
 */
export type ReconstructParameters = Record<string, never>;
