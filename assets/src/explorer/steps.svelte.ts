/** How many moves can be undone and done again, as the page's controls show it. */
import type { History } from "./history.ts";

export class Steps {
  back = $state(0);
  forward = $state(0);

  constructor(history: History) {
    this.back = history.back;
    this.forward = history.forward;
    history.onsteps = (back, forward) => {
      this.back = back;
      this.forward = forward;
    };
  }

  undo(): void {
    if (this.back > 0) history.back();
  }

  redo(): void {
    if (this.forward > 0) history.forward();
  }
}
