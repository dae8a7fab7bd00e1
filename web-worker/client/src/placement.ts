// Placement: choosing where a call runs. A pure function of what the call
// takes and of what is known about the places. It names no operation.

import type { Estimate } from "./generated/index.ts";
import type { Prediction, Work } from "./placement/predict.ts";

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
  /** What the call would take; `undefined` where that can't be told. */
  predicted?: Predicted | undefined;
}

/** What a call is expected to take in either place, and what that rests on. */
export interface Predicted extends Record<Place, Prediction> {
  work: Work;
  /** Where the operation's last call ran, if that was lately. */
  last?: Place | undefined;
  /** Milliseconds that this browser takes to load the codec first. */
  starting_ms?: number | undefined;
}

export interface Placement {
  place: Place;
  /** Why there, in words for people. */
  reason: string;
  /** Milliseconds after which the call is late: then it may be better begun anew in the other place. */
  patience_ms?: number | undefined;
  /** The other place could not serve it. */
  fallen?: boolean | undefined;
}

/** The place of the last call stays unless the other one is predicted to take less than this part of its time. */
const MARGIN = 0.9;
/** A call may take so many times what was predicted before it is called late: a network changes sooner than a machine. */
const LATE = { local: 3, server: 2 };
/** The same where the place has not done such work before, and the prediction is a guess. */
const LATE_GUESS = 1;
const LATE_MS = 20;
/** The codec is loaded once for all calls to come; a call is charged this part of it. */
const STARTING = 0.125;
/** A call that is late is moved only for less than this part of the time that it is expected to take still: what was done is lost. */
const MOVE_MARGIN = 0.7;
/** More calls to come than this are not counted upon. */
const MOST_USES = 8;
/** A late call is moved so often at most; each time it may take twice as long. */
export const MOST_MOVES = 2;
/** What ends within this is never moved: engines take as long to stop. */
const LEAST_PATIENCE_MS = 50;

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
  if (server.state === "unknown") return { place: "local", reason: "this browser: the server was not heard of yet" };
  if (!reachable) return { place: "local", reason: `this browser: ${whyNot(server.state)}` };
  if (!facts.predicted) return { place: "local", reason: "this browser: nothing has to be sent" };
  return quicker(facts.predicted);
}

/** The place that is predicted to be quicker; the one of the last call while they are close. */
function quicker(predicted: Predicted): Placement {
  const { local, server, work, last = "local", starting_ms = 0 } = predicted;
  const here = worth(local, work) - starting_ms * (1 - STARTING);
  const there = worth(server, work);
  const stays = last === "local" ? there >= MARGIN * here : here >= MARGIN * there;
  const chosen = stays === (last === "local") ? "local" : "server";
  const [own, other] = chosen === "local" ? [local, server] : [server, local];
  const against = `${duration(own.total_ms)} predicted against ${duration(other.total_ms)}`;
  const words = chosen === "local" ? `this browser: ${against} there` : `server: ${against} here`;
  const why = chosen === "local" ? whyHere(predicted) : whyThere(predicted);
  return {
    place: chosen,
    reason: why ? `${words}; ${why}` : words,
    patience_ms: Math.max(LEAST_PATIENCE_MS, (own.sure ? LATE[chosen] : LATE_GUESS) * own.total_ms + LATE_MS),
  };
}

/**
 * What a place takes for this call and for those that may follow on the same
 * inputs: bytes that are sent once, and state that is made once, pay later.
 */
function worth({ total_ms, next_ms }: Prediction, { uses }: Work): number {
  return total_ms + Math.min(2 * uses, MOST_USES) * next_ms;
}

/** What speaks for this browser, in a few words. */
function whyHere({ local, server, work, starting_ms }: Predicted): string | undefined {
  if (server.total_ms < local.total_ms) {
    if (starting_ms) return "the codec is loaded once for all calls";
    return work.uses > 0 ? "later calls on the same file are quicker here" : "too close to move";
  }
  if (work.warm.local) return "what it needs is still open here";
  if (server.moving_ms > server.total_ms / 2)
    return work.missing_bytes > 0
      ? `${bytes(work.missing_bytes)} would have to be sent`
      : "the network would take most of it";
  if (server.queued_ms > server.total_ms / 2) return "the server is busy";
  return undefined;
}

/** What speaks for the server, in a few words. */
function whyThere({ local, server, work, starting_ms }: Predicted): string | undefined {
  if (local.total_ms < server.total_ms)
    return work.uses > 0 ? "later calls on the same file are quicker there" : "too close to move";
  if (work.warm.server) return "what it needs is still open there";
  if (work.input_bytes > 0 && work.missing_bytes === 0) return "the file is already there";
  if (local.queued_ms > local.total_ms / 2)
    return starting_ms ? "this browser has yet to load the codec" : "this browser is busy";
  return undefined;
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

/** Milliseconds in words: `0.4 ms`, `41 ms`, `1.2 s`. */
export function duration(ms: number): string {
  if (ms < 9.5) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  return ms < 99_500 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}

/**
 * Whether a call that is late in `from` is better begun anew in the other
 * place, by what is known now. What has taken longer than it should may take
 * as long again.
 */
export function isBetterMoved(from: Place, elapsed_ms: number, now: Predicted): boolean {
  const [own, other] = from === "local" ? [now.local, now.server] : [now.server, now.local];
  const left_ms = own.total_ms > elapsed_ms ? own.total_ms - elapsed_ms : elapsed_ms;
  return worth(other, now.work) < MOVE_MARGIN * worth({ ...own, total_ms: left_ms }, now.work);
}

/** Where a call goes that was late in `from`. */
export function late(from: Place, predicted: Predicted, patience_ms: number | undefined): Placement {
  const words = `took longer than the ${duration(predicted[from].total_ms)} predicted`;
  if (from === "server") return { place: "local", reason: `this browser: the server ${words}`, patience_ms };
  return { place: "server", reason: `server: this browser ${words}`, patience_ms };
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
