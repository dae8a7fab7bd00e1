/**
 * The browser's history, one entry a move: the first change of a move adds an entry, what follows until it has come to
 * rest writes over it. So "back" leads to where one looked before, not to a frame of the way.
 */
import { type Address, read, written } from "./url.ts";

/** Milliseconds without a change after which a move is over. */
const rest = 600;
/** Milliseconds between two writes: browsers refuse more than a few a second. */
const pace = 250;

export class History {
  readonly #now: () => Address;
  #text = "";
  #moving = false;
  #written = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rest: ReturnType<typeof setTimeout> | undefined;

  /** `now` tells the address of what is shown; `go` is called when the visitor went back, forward, or wrote one. */
  constructor(now: () => Address, go: (address: Address | undefined) => void) {
    this.#now = now;
    addEventListener("popstate", () => {
      this.#end();
      this.#text = location.hash;
      go(read(location.hash));
    });
  }

  /** What the page was opened with. */
  static first(): Address | undefined {
    return read(location.hash);
  }

  /** The view has moved. */
  moved(): void {
    if (!this.#moving) {
      if (written(this.#now()) === this.#text) return;
      this.#moving = true;
      this.#text = written(this.#now());
      history.pushState(null, "", this.#text);
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

  /** Something else of the address has changed, which is no move: the entry is written over. */
  changed(): void {
    this.#soon();
  }

  /** Writes what has not been written yet. */
  settle(): void {
    this.#write();
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
    history.replaceState(null, "", text);
  }

  #end(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#rest);
    this.#timer = undefined;
    this.#moving = false;
  }
}
