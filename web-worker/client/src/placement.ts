// Placement: choosing where a call runs. A pure function of what the call
// takes and of what is known about the places. It names no operation.

import type { Estimate } from "./generated/index.ts";

export type Place = "local" | "server";
export type Preference = Place | "auto";

/** What is known about the places when a call comes. */
export interface Facts {
  local: {
    /** Why this browser can't compute, when it can't. */
    down?: string | undefined;
    /** Bytes of memory that a call may take here. */
    budget: number;
  };
  server: {
    state: "none" | "unknown" | "up" | "down" | "warming";
  };
}

export interface Placement {
  place: Place;
  /** Why there, in words for people. */
  reason: string;
}

/**
 * Chooses the place. A preference is kept while its place can serve: a server
 * that is known to be down sends the call here, but what the caller wants
 * computed in this browser never leaves it.
 */
export function place(estimate: Estimate | undefined, facts: Facts, preference: Preference): Placement {
  const { local, server } = facts;
  const reachable = server.state === "up" || server.state === "unknown";
  if (preference === "local") return { place: "local", reason: "this browser: as you chose" };
  if (preference === "server") {
    if (reachable || local.down !== undefined) return { place: "server", reason: "server: as you chose" };
    return { place: "local", reason: `this browser: ${whyNot(server.state)}` };
  }
  if (local.down !== undefined) return { place: "server", reason: `server: ${local.down}` };
  if (estimate && estimate.peak_bytes > local.budget) {
    const needs = `needs ${bytes(estimate.peak_bytes)}, more than this browser can give`;
    if (reachable) return { place: "server", reason: `server: ${needs}` };
    return { place: "local", reason: `this browser: ${needs}, but ${whyNot(server.state)}` };
  }
  return { place: "local", reason: `this browser: ${estimate ? "fits in memory" : "nothing has to be sent"}` };
}

/** Why the server doesn't serve, in words that end a sentence. */
export function whyNot(state: Facts["server"]["state"]): string {
  switch (state) {
    case "none":
      return "there is no server";
    case "warming":
      return "the server is still preparing itself";
    default:
      return "the server can't be reached";
  }
}

/** Codes that say that a place could not serve, not that the call was wrong. */
const INCAPACITY = new Set(["unavailable", "queue_full", "warming", "out_of_memory"]);

/**
 * Whether an error is the place's incapacity, so that the other place may
 * serve. `own` are the caller's bounds: passing these is the call's own error.
 */
export function isIncapacity(
  error: { code: string; details?: Readonly<Record<string, unknown>> | undefined },
  own: { memory?: number } = {},
): boolean {
  if (INCAPACITY.has(error.code)) return true;
  if (error.code !== "limit_exceeded" || error.details?.limit !== "memory") return false;
  const maximum = error.details.maximum;
  return own.memory === undefined || (typeof maximum === "number" && maximum < own.memory);
}

/** Where a call goes after `from` could not serve it, if anywhere. */
export function fallOver(
  from: Place,
  error: { code: string; message: string },
  estimate: Estimate | undefined,
  facts: Facts,
  preference: Preference,
): Placement | undefined {
  if (from === "server") {
    if (estimate && estimate.peak_bytes > facts.local.budget) return undefined;
    return { place: "local", reason: `this browser: ${serverRefusal(error.code)}` };
  }
  // What the caller wants computed in this browser stays in it.
  if (preference === "local" || facts.server.state === "none") return undefined;
  const memory = error.code === "out_of_memory" || error.code === "limit_exceeded";
  return {
    place: "server",
    reason: memory ? "server: this browser's memory is not enough" : `server: ${error.message}`,
  };
}

function serverRefusal(code: string): string {
  switch (code) {
    case "queue_full":
      return "the server has too much to do";
    case "warming":
      return whyNot("warming");
    case "out_of_memory":
    case "limit_exceeded":
      return "it needs more memory than the server gives";
    default:
      return whyNot("down");
  }
}

/** Bytes in words: `5.1 GB`. */
export function bytes(count: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const step = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), units.length - 1);
  const value = count / 1000 ** step;
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}

/** The memory of a wasm instance ends at 4 GiB, of which about this much can be filled. */
const WASM_BUDGET = 3400 * 2 ** 20;

/**
 * Bytes that a call may take in this browser. `deviceMemory` is what
 * `navigator.deviceMemory` says in GiB; browsers that don't say it get 2 GiB.
 */
export function memoryBudget(deviceMemory: number | undefined): number {
  return Math.min(WASM_BUDGET, Math.floor((deviceMemory ?? 4) * 2 ** 29));
}
