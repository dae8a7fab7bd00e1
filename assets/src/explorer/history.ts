/**
 * The browser's history, one entry a move: the first change of a move adds an entry, what follows until it has come to
 * rest writes over it. So "back" leads to where one looked before, not to a frame of the way. Entries are numbered, so
 * that undoing moves ends at the first instead of leaving the page.
 */
import { type Address, read, written } from "./url.ts";

/** Milliseconds without a change after which a move is over. */
const rest = 600;
/** Milliseconds between two writes: browsers refuse more than a few a second. */
const pace = 250;
/** Where the number of the last entry is kept over a reload. */
const key = "locus.moves";

export class History {
  readonly #now: () => Address;
  #text = "";
  #moving = false;
  #written = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #at: number;
  #last: number;
  /** Hears how many moves can be undone and done again. */
  onsteps: (back: number, forward: number) => void = () => undefined;

  /** `now` tells the address of what is shown; `go` is called when the visitor went back, forward, or wrote one. */
  constructor(now: () => Address, go: (address: Address | undefined) => void) {
    this.#now = now;
    const at = numberOf(history.state);
    this.#at = at ?? 0;
    this.#last = at === undefined ? 0 : Math.max(at, kept());
    if (at === undefined) this.#number();
    addEventListener("popstate", (event) => {
      this.#end();
      this.#text = location.hash;
      const move = numberOf(event.state);
      // Somebody wrote another address: an entry of its own, after this one.
      this.#at = move ?? this.#at + 1;
      if (move === undefined) this.#number();
      this.#tell();
      go(read(location.hash));
    });
  }

  /** What the page was opened with. */
  static first(): Address | undefined {
    return read(location.hash);
  }

  get back(): number {
    return this.#at;
  }

  get forward(): number {
    return this.#last - this.#at;
  }

  /** The view has moved. */
  moved(): void {
    if (!this.#moving) {
      if (written(this.#now()) === this.#text) return;
      this.#moving = true;
      this.#text = written(this.#now());
      this.#at++;
      history.pushState({ move: this.#at }, "", this.#text);
      this.#keep(this.#at);
      this.#tell();
      this.#written = performance.now();
    } else {
      this.#soon();
    }
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#write();
      this.#end();
    }, rest);
  }

  /** What comes next is another move. */
  separate(): void {
    if (!this.#moving) return;
    this.#write();
    this.#end();
  }

  /** Something else of the address has changed, which is no move: the entry is written over. */
  changed(): void {
    this.#soon();
  }

  /** Writes what has not been written yet. */
  settle(): void {
    this.#write();
  }

  /** Numbers the entry that is there as the last. */
  #number(): void {
    history.replaceState({ move: this.#at }, "");
    this.#keep(this.#at);
  }

  #keep(last: number): void {
    this.#last = last;
    try {
      sessionStorage.setItem(key, String(last));
    } catch {
      // Where storage is refused, moves can be done again until the page is loaded anew.
    }
  }

  #tell(): void {
    this.onsteps(this.back, this.forward);
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => this.#write(), Math.max(0, pace - (performance.now() - this.#written)));
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = written(this.#now());
    if (text === this.#text) return;
    this.#text = text;
    this.#written = performance.now();
    history.replaceState({ move: this.#at }, "", text);
  }

  #end(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#rest);
    this.#timer = undefined;
    this.#moving = false;
  }
}

function numberOf(state: unknown): number | undefined {
  const move = (state as { move?: unknown } | null)?.move;
  return typeof move === "number" ? move : undefined;
}

function kept(): number {
  try {
    return Number(sessionStorage.getItem(key) ?? 0);
  } catch {
    return 0;
  }
}
