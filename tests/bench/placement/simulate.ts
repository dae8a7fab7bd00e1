// One session, played by placement, by an oracle and by the two fixed places.

import { Beliefs, type Phase } from "../../../web-worker/client/src/placement/beliefs.ts";
import { LOOK_MS, type Probe } from "../../../web-worker/client/src/placement/link.ts";
import type { Work } from "../../../web-worker/client/src/placement/predict.ts";
import {
  isBetterMoved,
  MOST_MOVES,
  type Place,
  type Predicted,
  place,
} from "../../../web-worker/client/src/placement.ts";
import { CALLS, type Session } from "./grid.ts";
import { noise, type Random, seeded } from "./random.ts";
import { type Call, calls, expected, networkAt, type Parts, State, total } from "./world.ts";

const SPREAD = 0.15;

export interface Outcome {
  session: Session;
  ours: number;
  oracle: number;
  local: number;
  server: number;
  /** Calls that ended in another place than they began. */
  moved: number;
}

export function simulate(session: Session): Outcome {
  const list = calls(session);
  const ours = new Player(session, list).play();
  return {
    session,
    ...ours,
    oracle: fixed(session, list, undefined),
    local: fixed(session, list, "local"),
    server: fixed(session, list, "server"),
  };
}

/** All calls in one place; in the better one for each where none is given. */
function fixed(session: Session, list: Call[], always: Place | undefined): number {
  const state = new State();
  let sum = 0;
  for (const [at, call] of list.entries()) {
    const network = networkAt(session, at);
    const cost = (where: Place) => total(expected(session, network, state, call, where));
    const where = always ?? (cost("server") < cost("local") ? "server" : "local");
    sum += cost(where);
    state.ran(call, where);
  }
  return sum;
}

/** A page that places its calls by what it has learned. */
class Player {
  readonly #session: Session;
  readonly #calls: Call[];
  readonly #random: Random;
  readonly #beliefs = new Beliefs();
  readonly #state = new State();
  /** When it was last asked what is worth probing. */
  #looked = 0;
  readonly #uses = new Map<string, number>();
  #now = 0;
  #at = 0;
  /** The probe that is under way. */
  #probe: { probe: Probe; began: number; ends: number; answer: () => void } | undefined;

  constructor(session: Session, list: Call[]) {
    this.#session = session;
    this.#calls = list;
    this.#random = seeded(session.name);
  }

  play(): { ours: number; moved: number } {
    let moved = 0;
    for (this.#at = 0; this.#at < CALLS; this.#at++) if (this.#call(this.#calls[this.#at] as Call)) moved++;
    return { ours: this.#now, moved };
  }

  /** Runs one call; true when it was moved. */
  #call(call: Call): boolean {
    this.#hear();
    this.#ask();
    const work = this.#work(call);
    if (call.input !== undefined) this.#uses.set(call.input, work.uses + 1);
    const facts = {
      local: { budget: Number.POSITIVE_INFINITY },
      server: { state: "up" as const },
      predicted: this.#predict(work, this.#now),
    };
    const chosen = place(work.estimate, facts, "auto");
    let where = chosen.place;
    let patience = chosen.patience_ms ?? Number.POSITIVE_INFINITY;
    for (let moves = 0; ; moves++) {
      if (this.#run(call, { ...work, missing_bytes: this.#state.missing(call) }, where, patience)) return moves > 0;
      where = where === "local" ? "server" : "local";
      patience = moves + 1 < MOST_MOVES ? 2 * patience : Number.POSITIVE_INFINITY;
    }
  }

  /** Runs a call in a place; false when patience ended before it did. */
  #run(call: Call, work: Work, where: Place, patience = Number.POSITIVE_INFINITY): boolean {
    const parts = this.#noisy(expected(this.#session, networkAt(this.#session, this.#at), this.#state, call, where));
    // A probe's bytes are ahead of the call's.
    const behind = where === "server" && this.#probe ? Math.max(0, this.#probe.ends - this.#now) : 0;
    const ms = total(parts) + behind;
    const given = this.#givesUp(work, where, ms, patience);
    if (given !== undefined) {
      this.#now += given;
      const [phase, since] = phaseAt(parts, behind, where, given);
      if (where === "server" && phase !== "sending" && call.input !== undefined) this.#state.sent.add(call.input);
      this.#beliefs.late(work, where, phase, since, this.#now);
      return false;
    }
    this.#now += ms;
    this.#state.ran(call, where);
    const { round, sending, queued, computing, receiving } = parts;
    const remote = {
      round_ms: round,
      // The exchange that asks whether the blob is there is not part of the transfer.
      sent: work.missing_bytes > 0 ? { bytes: work.missing_bytes, ms: sending - round } : undefined,
      received: { bytes: call.cost.reply_bytes, ms: receiving },
    };
    const spent = { queued_ms: queued, computed_ms: computing, ...(where === "server" && remote) };
    this.#beliefs.learn(work, where, spent, this.#now);
    return true;
  }

  /** After how many milliseconds a call that takes `ms` is given up, if it is. */
  #givesUp(work: Work, where: Place, ms: number, patience: number): number | undefined {
    const began = this.#now;
    for (let elapsed = patience; elapsed < ms; elapsed += LOOK_MS) {
      this.#hear(began + elapsed);
      if (isBetterMoved(where, elapsed, this.#predict(work, began + elapsed))) return elapsed;
    }
    return undefined;
  }

  #predict(work: Work, now: number): Predicted {
    return { ...this.#beliefs.predict(work, now), work, last: this.#beliefs.last(work.operation, now) };
  }

  #work(call: Call): Work {
    return {
      operation: call.cost.operation,
      estimate: call.cost.estimate,
      input_bytes: call.input === undefined ? 0 : call.cost.input_bytes,
      missing_bytes: this.#state.missing(call),
      uses: call.input === undefined ? 0 : (this.#uses.get(call.input) ?? 0),
      warm: { local: this.#state.warm(call, "local"), server: this.#state.warm(call, "server") },
    };
  }

  /** The truth with noise: one factor for what computes, one for the network. */
  #noisy({ round, sending, queued, computing, receiving }: Parts): Parts {
    const network = noise(this.#random, SPREAD);
    const machine = noise(this.#random, SPREAD);
    return {
      round: round * network,
      sending: sending * network,
      queued: queued * machine,
      computing: computing * machine,
      receiving: receiving * network,
    };
  }

  /** Starts a probe, if one is worth it. */
  #ask(from = this.#now): void {
    if (this.#probe) return;
    this.#looked = Math.max(this.#looked, from);
    const probe = this.#beliefs.link.probe(from);
    if (!probe) return;
    const network = networkAt(this.#session, this.#at);
    const factor = noise(this.#random, SPREAD);
    const round = network.round_ms * factor;
    const transfer = probe.kind === "round" ? 0 : (probe.bytes / network[probe.kind]) * factor;
    const queue = this.#session.queue_ms * noise(this.#random, SPREAD);
    const ends = from + round + transfer;
    this.#probe = {
      probe,
      began: from,
      ends,
      answer: () => {
        this.#beliefs.link.probed(probe, probe.kind === "round" ? round : transfer, ends);
        if (probe.kind === "round") this.#beliefs.learnQueue(queue);
      },
    };
  }

  /** Hears what probes have come to by now, and starts those that are due meanwhile. */
  #hear(now = this.#now): void {
    for (;;) {
      if (this.#probe) {
        const { ends, answer } = this.#probe;
        if (ends > now) return;
        this.#probe = undefined;
        this.#looked = ends;
        answer();
        this.#ask(ends);
      } else {
        if (this.#looked + LOOK_MS > now) return;
        this.#looked += LOOK_MS;
        this.#ask(this.#looked);
      }
    }
  }
}

/** In which phase a call is after so many milliseconds, and for how long. */
function phaseAt(parts: Parts, behind: number, where: Place, ms: number): [Phase, number] {
  if (where === "local") return ["computing", ms];
  const { round, sending, queued, computing } = parts;
  let left = ms - behind - sending;
  if (left < 0) return sending > 0 ? ["sending", ms] : ["answer", ms];
  if (left < round + queued) return ["answer", left];
  left -= round + queued;
  return left < computing ? ["computing", left] : ["receiving", left - computing];
}
