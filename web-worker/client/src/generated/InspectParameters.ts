// Written by tools/generate from the operations table.
/**
 * `image.inspect` has no parameters.
 */
export type InspectParameters = Record<string, never>;
