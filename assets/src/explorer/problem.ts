/** Failures in words: what happened, and what to do. */
import { LocusError, type Preference } from "@locus/client";
import { type Problem, type Remedy, sentence } from "../shared/problem.ts";

export function isPrecision(error: unknown): boolean {
  return error instanceof LocusError && error.code === "limit_exceeded" && error.details?.limit === "precision";
}

/** Tiles that were tried several times, in vain. */
export function describe(error: unknown, prefer: Preference): Problem {
  const code = error instanceof LocusError ? error.code : "internal";
  const place =
    (error instanceof LocusError ? error.ran?.place : undefined) ?? (prefer === "server" ? "server" : "local");
  const other: Remedy = place === "server" ? "local" : "server";
  switch (code) {
    case "unavailable":
    case "lost":
      return place === "server"
        ? {
            code,
            title: "The server does not answer",
            text: "Some tiles are missing. This browser can compute them instead.",
            remedies: ["local", "retry"],
          }
        : {
            code,
            title: "Tiles cannot be computed here at the moment",
            text: "The codec could not be loaded into this browser. The server may still compute them.",
            remedies: ["server", "retry"],
          };
    case "warming":
    case "queue_full":
      return {
        code,
        title: code === "warming" ? "The server is getting ready" : "The server is busy",
        text: "Some tiles are missing. Try again in a moment, or compute them in this browser.",
        remedies: ["local", "retry"],
      };
    case "deadline_exceeded":
      return {
        code,
        title: "Some tiles take too long",
        text: "They were stopped at their deadline. A lower iteration limit makes them shorter.",
        remedies: ["retry", other],
      };
    default: {
      const text = error instanceof Error ? error.message : String(error);
      return { code, title: "Some tiles could not be computed", text: sentence(text), remedies: ["retry", other] };
    }
  }
}
