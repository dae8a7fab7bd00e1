// Written by tools/generate from the operations table.
/**
 * `recurse` has no parameters.
 */
export type RecurseParameters = Record<string, never>;
