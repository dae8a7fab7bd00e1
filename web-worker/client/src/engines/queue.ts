// A queue with priorities: the highest first, among equals the oldest.

export class PriorityQueue<T> {
  readonly #items: { item: T; priority: number }[] = [];

  get length(): number {
    return this.#items.length;
  }

  push(item: T, priority: number): void {
    const before = this.#items.findIndex((other) => other.priority < priority);
    this.#items.splice(before < 0 ? this.#items.length : before, 0, { item, priority });
  }

  /** Puts back what was taken, ahead of its equals. */
  putBack(item: T, priority: number): void {
    const before = this.#items.findIndex((other) => other.priority <= priority);
    this.#items.splice(before < 0 ? this.#items.length : before, 0, { item, priority });
  }

  take(): T | undefined {
    return this.#items.shift()?.item;
  }

  /** The first one that suits. */
  find(suits: (item: T) => boolean): T | undefined {
    return this.#items.find(({ item }) => suits(item))?.item;
  }

  remove(item: T): boolean {
    const index = this.#items.findIndex((other) => other.item === item);
    if (index >= 0) this.#items.splice(index, 1);
    return index >= 0;
  }

  /** Takes everything. */
  drain(): T[] {
    return this.#items.splice(0).map(({ item }) => item);
  }
}
