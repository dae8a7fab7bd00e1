// What calls cost in a session: the truth that placement has to find out.

import type { Estimate } from "../../../web-worker/client/src/index.ts";
import type { Place } from "../../../web-worker/client/src/placement.ts";
import costs from "./costs.json" with { type: "json" };
import { CALLS, CHANGE, type Mix, type Network, type Session } from "./grid.ts";
import { type Random, seeded } from "./random.ts";

/** One kind of call, as measured on real calls. Milliseconds. */
interface Cost {
  operation: string;
  input_bytes: number;
  reply_bytes: number;
  local_ms: number;
  server_ms: number;
  /** With the input's parsed state in the instance. */
  warm_local_ms?: number;
  warm_server_ms?: number;
  estimate: Estimate;
}

export interface Call {
  cost: Cost;
  /** Which input; calls on the same one share its blob and its parsed state. */
  input: string | undefined;
}

/** What a call takes in a place, in milliseconds. */
export interface Parts {
  round: number;
  sending: number;
  queued: number;
  computing: number;
  receiving: number;
}

const table = costs as Record<string, Cost>;
const KINDS: Record<Exclude<Mix, "mixed">, string[]> = {
  tiles: ["tile-outside", "tile-boundary", "tile-dense"],
  "small images": ["small-jpeg", "small-png", "small-webp"],
  "large images": ["large-jpeg", "large-jxl", "large-lossless"],
  "one image panned": ["pan"],
};
/** So many large pictures are gone through, some again. */
const LARGE = 50;

/** How fast this browser is against the server over the table, to which a session's speed is relative. */
const shape = Math.exp(mean(Object.values(table).map(({ local_ms, server_ms }) => Math.log(local_ms / server_ms))));

/** The calls of a session, always the same. */
export function calls({ mix }: Session): Call[] {
  const random = seeded(`calls of ${mix}`);
  return Array.from({ length: CALLS }, (_, at) => call(mix, at, random));
}

function call(mix: Mix, at: number, random: Random): Call {
  if (mix === "mixed") {
    const mixes = Object.keys(KINDS) as (keyof typeof KINDS)[];
    return call(mixes[Math.floor(random() * mixes.length)] as Mix, at, random);
  }
  const kinds = KINDS[mix];
  const kind = kinds[Math.floor(random() * kinds.length)] as string;
  const cost = table[kind] as Cost;
  switch (mix) {
    case "tiles":
      return { cost, input: undefined };
    case "small images":
      return { cost, input: `${kind} ${at}` };
    case "large images":
      return { cost, input: `${kind} ${Math.floor(random() * LARGE)}` };
    case "one image panned":
      return { cost, input: "the image" };
  }
}

/** Where inputs are, and where their parsed state is. */
export class State {
  /** Inputs whose bytes the server has. */
  readonly sent = new Set<string>();
  readonly open: Record<Place, Set<string>> = { local: new Set(), server: new Set() };

  missing({ cost, input }: Call): number {
    return input === undefined || this.sent.has(input) ? 0 : cost.input_bytes;
  }

  warm({ cost, input }: Call, place: Place): boolean {
    // Where nothing was measured warm, a call has no state.
    return cost.warm_local_ms !== undefined && input !== undefined && this.open[place].has(input);
  }

  ran({ input }: Call, place: Place): void {
    if (input === undefined) return;
    this.open[place].add(input);
    if (place === "server") this.sent.add(input);
  }
}

/** What a call is expected to take, knowing everything. */
export function expected(session: Session, network: Network, state: State, call: Call, place: Place): Parts {
  const { cost } = call;
  const warm = state.warm(call, place);
  if (place === "local") {
    const computing = (warm ? (cost.warm_local_ms as number) : cost.local_ms) / shape / session.localSpeed;
    return { round: 0, sending: 0, queued: 0, computing, receiving: 0 };
  }
  const missing = state.missing(call);
  return {
    round: network.round_ms,
    sending: missing > 0 ? network.round_ms + missing / network.up : 0,
    queued: session.queue_ms,
    computing: warm ? (cost.warm_server_ms as number) : cost.server_ms,
    receiving: cost.reply_bytes / network.down,
  };
}

export function total({ round, sending, queued, computing, receiving }: Parts): number {
  return round + sending + queued + computing + receiving;
}

export function networkAt({ networks }: Session, call: number): Network {
  return networks[call < CHANGE ? 0 : 1];
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
