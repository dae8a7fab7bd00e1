// A positive quantity that is learned from measurements: a speed, a bandwidth,
// a round trip. Errors of such things are factors, so logarithms are averaged.

/** How much a new measurement counts once there are many. */
const WEIGHT = 0.2;
/** A measurement that is so many times off tells of a change, not of noise. */
const JUMP = 2;
/** How much such a measurement counts. */
const JUMP_WEIGHT = 0.8;
/** One that is so many times off leaves nothing of those before. */
const LEAP = 5;

/** A level as it is kept across visits: the value, and how many measurements it rests on. */
export type KeptLevel = [value: number, count: number];

export class Level {
  #log = 0;
  #count = 0;

  /** What was kept counts as one measurement: the machine or the network may be another. */
  static from(kept: KeptLevel | undefined): Level {
    const level = new Level();
    if (kept && kept[0] > 0 && Number.isFinite(kept[0])) level.learn(kept[0]);
    return level;
  }

  get kept(): KeptLevel | undefined {
    return this.#count === 0 ? undefined : [this.value as number, this.#count];
  }

  /** `undefined` until something was measured. */
  get value(): number | undefined {
    return this.#count === 0 ? undefined : Math.exp(this.#log);
  }

  /** How many measurements it rests on. */
  get count(): number {
    return this.#count;
  }

  /** Takes note of a measurement; true when it tells of a change. */
  learn(measured: number): boolean {
    if (!(measured > 0 && Number.isFinite(measured))) return false;
    const log = Math.log(measured);
    const off = log - this.#log;
    const jump = this.#count > 0 && Math.abs(off) > Math.log(JUMP);
    this.#count += 1;
    const leap = Math.abs(off) > Math.log(LEAP);
    this.#log += off * (leap ? 1 : jump ? JUMP_WEIGHT : Math.max(WEIGHT, 1 / this.#count));
    return jump;
  }

  /** It turned out to be at most so much. */
  atMost(bound: number): void {
    if (bound > 0 && !((this.value ?? Number.POSITIVE_INFINITY) <= bound)) this.#set(bound);
  }

  /** It turned out to be at least so much. */
  atLeast(bound: number): void {
    if (bound > 0 && !((this.value ?? 0) >= bound)) this.#set(bound);
  }

  #set(value: number): void {
    this.#log = Math.log(value);
    this.#count = Math.max(this.#count, 1);
  }
}
