// Written by tools/generate from the operations table.
/**
 * `echo` has no parameters.
 */
export type EchoParameters = Record<string, never>;
