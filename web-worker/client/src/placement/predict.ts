// What a call is expected to take in each place: moving what is not there,
// waiting, computing, moving the reply.

import type { Estimate } from "../generated/index.ts";
import type { Place } from "../placement.ts";
import type { Link } from "./link.ts";
import type { Speeds } from "./speeds.ts";

/** A call, as far as predicting goes. */
export interface Work {
  operation: string;
  estimate: Estimate;
  /** Bytes of its inputs. */
  input_bytes: number;
  /** Those of them that the server lacks. */
  missing_bytes: number;
  /** Calls so far with the same inputs: as many may be to come. */
  uses: number;
  /** Whether its input's parsed state is still there. */
  warm: Record<Place, boolean>;
}

/** Milliseconds for which a call would wait before a place begins. */
export type Queues = Record<Place, number>;

/** What a call is expected to take in a place, in milliseconds. */
export interface Prediction {
  total_ms: number;
  moving_ms: number;
  queued_ms: number;
  computed_ms: number;
  /** Whether the place has done such work before. */
  sure: boolean;
  /** What the next call with the same inputs would take there. */
  next_ms: number;
}

/** Sending what the server lacks takes one more exchange. */
const UPLOAD_ROUNDS = 1;

export function predict(
  work: Work,
  speeds: Speeds,
  link: Link,
  queues: Queues,
  now: number,
): Record<Place, Prediction> {
  const computing = (place: Place, warm: boolean) =>
    speeds.expect(speedName(work, warm), place, unitsOf(work, warm), now);
  const missing = work.missing_bytes;
  const up = missing > 0 ? UPLOAD_ROUNDS * link.round + missing / link.up : 0;
  const moving = link.round + work.estimate.reply_bytes / link.down;
  const of = (place: Place, moving_ms: number, again_ms: number): Prediction => {
    const queued_ms = queues[place];
    const warm = work.warm[place];
    const computed_ms = computing(place, warm);
    const sure = speeds.isSure(speedName(work, warm), place, unitsOf(work, warm));
    const next_ms = again_ms + queued_ms + computing(place, work.input_bytes > 0);
    return { total_ms: moving_ms + queued_ms + computed_ms, moving_ms, queued_ms, computed_ms, sure, next_ms };
  };
  return { local: of("local", 0, 0), server: of("server", up + moving, moving) };
}

/** Under which name a work's speed is learned: threads and warm state change it. */
export function speedName({ operation, estimate }: Work, warm: boolean): string {
  return `${operation}${estimate.parallel ? " parallel" : ""}${warm ? " warm" : ""}`;
}

/** The units of a work, with its input's parsed state or without. */
export function unitsOf({ estimate }: Work, warm: boolean): number {
  return warm ? estimate.units_warm : estimate.units_cold;
}
