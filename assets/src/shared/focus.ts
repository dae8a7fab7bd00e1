/**
 * Lets go of a radio button that a pointer chose: with the focus it would keep the arrow keys, and the next one, meant
 * for the picture, would choose another. Who chooses by keys keeps the focus; such clicks count none.
 */
export function unfocus(event: MouseEvent & { currentTarget: HTMLElement }): void {
  if (event.detail > 0) event.currentTarget.blur();
}
