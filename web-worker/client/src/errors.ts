// Errors with a stable code, whichever place and layer they come from.

import type { ErrorCode } from "./generated/index.ts";
import type { Ran } from "./locus.ts";

/** Why a call failed. `message` is for people, `code` for programs. */
export class LocusError extends Error {
  override readonly name = "LocusError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;
  /** Where the call ran, as far as it did. */
  ran?: Ran | undefined;

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** What an aborted call throws, as `fetch` does. */
export function aborted(): DOMException {
  return new DOMException("The call was cancelled", "AbortError");
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** The words of whatever was thrown. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
