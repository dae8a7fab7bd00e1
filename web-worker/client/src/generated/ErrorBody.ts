// Written by tools/generate from the operations table.
import type { ErrorCode } from "./ErrorCode.ts";

/**
 * An error as it stands in a reply.
 */
export type ErrorBody = { 
/**
 * The stable code.
 */
code: ErrorCode, 
/**
 * What happened, in words for people.
 */
message: string, 
/**
 * Further facts, by name.
 */
details?: Record<string, unknown>, };
