/** A crop while it is drawn: the canvas shows all of the picture, and the rectangle lies over it. */
import type { Picture } from "../picture.svelte.ts";
import { type Edit, type Extent, inPicture, inView, lookedAt, type Rect } from "../raster/look.ts";
import { aspects, dragged, type Handle, shaped, within } from "./crop.ts";

export class Cropping {
  readonly picture: Picture;
  /** The picture's size as decoded. */
  readonly #size: Extent;
  readonly #before: Edit;
  /** What is looked at meanwhile: turned and mirrored as before, but whole. */
  readonly edit: Edit;
  /** Its size. */
  readonly all: Extent;
  #aspect = $state(0);
  rect = $state.raw<Rect>() as Rect;

  constructor(picture: Picture, size: Extent, before: Edit) {
    this.picture = picture;
    this.#size = size;
    this.#before = before;
    this.edit = { ...before, crop: undefined };
    this.all = lookedAt(this.edit, size);
    this.rect = before.crop ? inView(this.edit, size, before.crop) : { x: 0, y: 0, ...this.all };
  }

  /** Place in `aspects`. */
  get aspect(): number {
    return this.#aspect;
  }

  set aspect(index: number) {
    this.#aspect = index;
    this.rect = shaped(this.rect, this.#ratio, this.all);
  }

  get #ratio(): number | undefined {
    return aspects[this.#aspect]?.of(this.all);
  }

  drag(from: Rect, handle: Handle, dx: number, dy: number): void {
    this.rect = dragged(from, handle, dx, dy, this.all, this.#ratio);
  }

  /** One figure typed in. A side takes the other along where an aspect is chosen. */
  set(side: keyof Rect, value: number): void {
    if (!Number.isFinite(value)) return;
    const ratio = this.#ratio;
    const typed = { ...this.rect, [side]: value };
    if (ratio && side === "width") typed.height = typed.width / ratio;
    if (ratio && side === "height") typed.width = typed.height * ratio;
    this.rect = within(typed, this.all);
  }

  /** What the picture becomes. */
  get result(): Edit {
    const { width, height } = this.rect;
    if (width === this.all.width && height === this.all.height) return this.edit;
    return { ...this.#before, crop: inPicture(this.edit, this.#size, this.rect) };
  }
}
