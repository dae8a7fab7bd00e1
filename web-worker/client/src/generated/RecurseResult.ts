// Written by tools/generate from the operations table.
/**
 * `recurse` returns nothing.
 */
export type RecurseResult = Record<string, never>;
