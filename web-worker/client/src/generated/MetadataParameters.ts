// Written by tools/generate from the operations table.
/**
 * `image.metadata` has no parameters.
 */
export type MetadataParameters = Record<string, never>;
