// Calls of ours that a place has not ended: what comes next waits for them.

export class Load {
  #ms = 0;
  #calls = 0;

  /** A call is on its way, and expected to take so long; the result tells of its end. */
  begin(ms: number): () => void {
    this.#ms += ms;
    this.#calls += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#ms -= ms;
      this.#calls -= 1;
    };
  }

  /** Milliseconds for which one more call waits where so many can run at once. */
  waiting(lanes: number): number {
    // The ones that run are half done, on average.
    return this.#calls < lanes ? 0 : Math.max(0, this.#ms) / lanes / 2;
  }

  get idle(): boolean {
    return this.#calls === 0;
  }
}
