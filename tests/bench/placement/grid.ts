// The fixed grid of sessions, the same for all releases.

/** How fast this browser is, in parts of the server's speed. */
const LOCAL_SPEEDS = [0.1, 0.25, 0.5, 1, 2];
/** Milliseconds; at the change a line gets the opposite end's. */
const ROUNDS = [1, 20, 80, 300];
/** Mbit/s that come down; a fifth of it goes up. */
const BANDWIDTHS = [1, 10, 50, 200, 1000];
/** Mean milliseconds that a call waits on the server. */
const QUEUES = { idle: 0, half: 30, overloaded: 1000 };
export const MIXES = ["tiles", "small images", "large images", "one image panned", "mixed"] as const;
export const CALLS = 200;
/** The call before which the network becomes the opposite end of the grid. */
export const CHANGE = 100;

export type Mix = (typeof MIXES)[number];

export interface Network {
  round_ms: number;
  /** Bytes a millisecond. */
  down: number;
  up: number;
}

export interface Session {
  name: string;
  mix: Mix;
  localSpeed: number;
  queue_ms: number;
  /** Before and after the change. */
  networks: [Network, Network];
}

export function grid(): Session[] {
  const sessions: Session[] = [];
  for (const mix of MIXES)
    for (const localSpeed of LOCAL_SPEEDS)
      for (const round of ROUNDS.keys())
        for (const bandwidth of BANDWIDTHS.keys())
          for (const [queue, queue_ms] of Object.entries(QUEUES)) {
            const networks: [Network, Network] = [
              network(round, bandwidth),
              network(opposite(round, ROUNDS), opposite(bandwidth, BANDWIDTHS)),
            ];
            const name = `${mix}, local speed ${localSpeed}, ${ROUNDS[round]} ms, ${BANDWIDTHS[bandwidth]} Mbit/s, ${queue}`;
            sessions.push({ name, mix, localSpeed, queue_ms, networks });
          }
  return sessions;
}

function opposite(place: number, all: readonly number[]): number {
  return all.length - 1 - place;
}

function network(round: number, bandwidth: number): Network {
  // 1 Mbit/s is 125 bytes a millisecond.
  const down = (BANDWIDTHS[bandwidth] as number) * 125;
  return { round_ms: ROUNDS[round] as number, down, up: down / 5 };
}
