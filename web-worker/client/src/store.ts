// A value that can be watched. `subscribe` follows Svelte's store contract:
// it calls at once, then after every change, until the returned function.

export interface Readable<T> {
  readonly current: T;
  subscribe(listener: (value: T) => void): () => void;
}

export class Store<T> implements Readable<T> {
  #current: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(initial: T) {
    this.#current = initial;
  }

  get current(): T {
    return this.#current;
  }

  /** Whether anybody watches. */
  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  set(value: T): void {
    this.#current = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#current);
    return () => this.#listeners.delete(listener);
  }
}
