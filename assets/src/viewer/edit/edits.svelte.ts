/**
 * What has been done to each picture, step by step, so that each step can be taken back. Files stay as they are. What
 * was done last outlives a reload with the pictures.
 */
import { SvelteMap } from "svelte/reactivity";
import type { Picture } from "../picture.svelte.ts";
import { type Edit, isUntouched, sameEdit, untouched } from "../raster/look.ts";

const storage = "locus.edits";
/** Pictures whose changes are kept; the latest stay. */
const most = 500;

function kept(): Map<string, Edit> {
  try {
    return new Map(JSON.parse(sessionStorage.getItem(storage) ?? "[]") as [string, Edit][]);
  } catch {
    return new Map();
  }
}

export class Edits {
  readonly #steps = new SvelteMap<Picture, readonly Edit[]>();
  readonly #kept = kept();

  of(picture: Picture | undefined): Edit {
    return (picture && this.#of(picture).at(-1)) ?? untouched;
  }

  touched(picture: Picture | undefined): boolean {
    return !isUntouched(this.of(picture));
  }

  change(picture: Picture, edit: Edit): void {
    if (!sameEdit(edit, this.of(picture))) this.#set(picture, [...this.#of(picture), edit]);
  }

  undoable(picture: Picture | undefined): boolean {
    return picture !== undefined && this.#of(picture).length > 0;
  }

  /** Takes the last step back. */
  undo(picture: Picture): void {
    this.#set(picture, this.#of(picture).slice(0, -1));
  }

  /** Back to the picture as it came; that is a step, too. */
  reset(picture: Picture): void {
    this.change(picture, untouched);
  }

  #of(picture: Picture): readonly Edit[] {
    const before = this.#kept.get(picture.key);
    return this.#steps.get(picture) ?? (before ? [before] : []);
  }

  #set(picture: Picture, steps: readonly Edit[]): void {
    this.#steps.set(picture, steps);
    this.#kept.delete(picture.key);
    const last = steps.at(-1);
    if (last && !isUntouched(last)) this.#kept.set(picture.key, last);
    try {
      sessionStorage.setItem(storage, JSON.stringify([...this.#kept].slice(-most)));
    } catch {
      // Private windows may refuse; the changes then end with the page.
    }
  }
}
