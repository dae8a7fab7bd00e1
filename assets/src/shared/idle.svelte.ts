/** Whether nothing has moved for a while, so that tools may fade from before the picture. */

/** Milliseconds without a move. */
const calm = 3500;

export class Idle {
  #idle = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  get current(): boolean {
    return this.#idle;
  }

  /** Something moved. */
  wake(): void {
    this.#idle = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#idle = true;
    }, calm);
  }
}
