// Where a call's time went, told from when things happened here and from what
// the server says of itself in the header `server-timing`.

import { SMALL } from "../blobs/inputs.ts";
import type { Answer } from "./transport.ts";

/** When things happened, in milliseconds, and how many bytes went up and came down. */
export interface Seen {
  asked: number;
  /** The request went out, the answer's head came, the reply's header, and its last byte. */
  sent: number;
  answered: number;
  replied: number;
  ended: number;
  received: number;
}

/** Milliseconds that a call waited on the server after it had come, and that it ran, if it had ended when the answer began. */
export interface Timing {
  queue?: number | undefined;
  run?: number | undefined;
}

export type Times = Pick<Answer, "queued_ms" | "moving_ms" | "computed_ms" | "round_ms" | "sent" | "received">;

/** Reads the header. */
export function timingOf(header: string | null): Timing {
  const duration = (name: string): number | undefined => {
    const found = new RegExp(`(?:^|,)\\s*${name};dur=([0-9.]+)`).exec(header ?? "");
    return found ? Number(found[1]) : undefined;
  };
  return { queue: duration("queue"), run: duration("run") };
}

/** Tells the parts of a call's time. `round`: milliseconds of a small exchange, where that is known. */
export function measured(seen: Seen, { queue = 0, run }: Timing, round: number | undefined): Times {
  const { asked, sent, answered, replied, ended, received } = seen;
  const small = asked <= SMALL;
  const silence = answered - sent;
  const queued_ms = Math.min(queue, silence);
  // Either all that the server did lies before the answer's head, or it had begun and answered with progress: then the
  // way is as long as it was the last time, and unknown before.
  const known = run === undefined ? (round ?? silence) : silence - queue - run;
  const way = Math.min(Math.max(known, 0), silence - queued_ms);
  const receiving = ended - (run === undefined ? replied : answered);
  return {
    queued_ms,
    moving_ms: way + (ended - replied),
    computed_ms: silence - queued_ms - way + (replied - answered),
    round_ms: run !== undefined && small ? way : undefined,
    sent: run !== undefined && !small ? { bytes: asked, ms: Math.max(way - (round ?? 0), 0.1) } : undefined,
    received: received > SMALL ? { bytes: received, ms: Math.max(receiving, 0.1) } : undefined,
  };
}
