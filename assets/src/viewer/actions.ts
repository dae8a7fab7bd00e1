/** What a user can do in the viewer, by mouse, key, menu or thumb. */
import type { Action } from "../shared/actions.ts";
import type { View } from "./canvas/Canvas.svelte";
import type { Viewer } from "./store.svelte.ts";

/** What the page does for the actions: its panels and its canvas. */
export interface Panels {
  /** Shows the dialog for files. */
  open(): void;
  /** Shows the dialog for a folder. */
  openFolder(): void;
  fit(): void;
  actual(): void;
  zoomBy(factor: number): void;
  /** Moves the view by CSS pixels, or does nothing and says so when all of the picture is in view. */
  panBy(x: number, y: number): boolean;
  view(): View | undefined;
  samples(): void;
  /** Opens or closes the contact sheet. */
  sheet(): void;
  sheetOpen(): boolean;
  /** Takes all pictures out, and deletes what is kept of them. */
  clear(): void;
  /** Puts away whatever lies on top; false when nothing did. */
  dismiss(): boolean;
}

/** CSS pixels that an arrow key moves. */
const stride = 96;
const zoomStep = 1.35;

export function viewerActions(viewer: Viewer, page: Panels): Action[] {
  const some = () => viewer.selected !== undefined;
  const drawn = () => viewer.shown !== undefined;
  const several = () => viewer.pictures.length > 1;

  function arrow(id: string, name: string, key: string, x: number, y: number, step: number): Action {
    return {
      id,
      name,
      group: "View",
      keys: [key],
      repeats: true,
      silent: true,
      enabled: some,
      run: () => {
        if (!page.panBy(x, y) && step !== 0) viewer.step(step);
      },
    };
  }

  return [
    {
      id: "open-folder",
      name: "Open a folder",
      group: "Pictures",
      keys: ["Shift+o"],
      icon: "folder",
      enabled: () => "webkitdirectory" in HTMLInputElement.prototype,
      run: () => page.openFolder(),
    },
    {
      id: "open",
      name: "Open pictures",
      group: "Pictures",
      keys: ["o", "Mod+o"],
      icon: "open",
      run: () => page.open(),
    },
    {
      id: "samples",
      name: "Samples",
      group: "Pictures",
      keys: ["g"],
      icon: "frames",
      enabled: some,
      run: () => page.samples(),
    },
    {
      id: "sheet",
      name: "Contact sheet",
      group: "Pictures",
      keys: ["k"],
      icon: "sheet",
      enabled: several,
      pressed: () => page.sheetOpen(),
      run: () => page.sheet(),
    },
    {
      id: "previous",
      name: "Previous picture",
      group: "Pictures",
      keys: ["PageUp", "p"],
      icon: "previous",
      repeats: true,
      enabled: () => several() && viewer.index > 0,
      run: () => viewer.step(-1),
    },
    {
      id: "next",
      name: "Next picture",
      group: "Pictures",
      keys: ["PageDown", "n"],
      icon: "next",
      repeats: true,
      enabled: () => several() && viewer.index < viewer.pictures.length - 1,
      run: () => viewer.step(1),
    },
    {
      id: "remove",
      name: "Take this picture out",
      group: "Pictures",
      keys: ["Delete", "x"],
      icon: "close",
      enabled: some,
      run: () => viewer.selected && viewer.remove(viewer.selected),
    },
    {
      id: "undo",
      name: "Put back what was taken out",
      group: "Pictures",
      keys: ["Mod+z"],
      icon: "undo",
      enabled: () => viewer.undoable,
      run: () => viewer.undo(),
    },
    {
      id: "clear",
      name: "Take all pictures out",
      group: "Pictures",
      keys: ["Shift+Delete"],
      icon: "clear",
      enabled: some,
      run: () => page.clear(),
    },
    {
      id: "cancel",
      name: "Stop, or put away what is on top",
      group: "Pictures",
      keys: ["Escape"],
      silent: true,
      run: () => {
        if (!page.dismiss()) viewer.cancel();
      },
    },
    {
      id: "fit",
      name: "Fit",
      group: "View",
      keys: ["0"],
      icon: "fit",
      enabled: drawn,
      pressed: () => page.view()?.fitted ?? false,
      run: () => page.fit(),
    },
    {
      id: "actual",
      name: "One to one",
      group: "View",
      keys: ["1"],
      icon: "actual",
      enabled: drawn,
      pressed: () => page.view()?.scale === 1,
      run: () => page.actual(),
    },
    {
      id: "zoom-in",
      name: "Zoom in",
      group: "View",
      keys: ["+", "="],
      icon: "plus",
      repeats: true,
      enabled: drawn,
      run: () => page.zoomBy(zoomStep),
    },
    {
      id: "zoom-out",
      name: "Zoom out",
      group: "View",
      keys: ["-"],
      icon: "minus",
      repeats: true,
      enabled: drawn,
      run: () => page.zoomBy(1 / zoomStep),
    },
    arrow("left", "Move left, or previous picture when all is in view", "ArrowLeft", -stride, 0, -1),
    arrow("right", "Move right, or next picture when all is in view", "ArrowRight", stride, 0, 1),
    arrow("up", "Move up", "ArrowUp", 0, -stride, 0),
    arrow("down", "Move down", "ArrowDown", 0, stride, 0),
  ];
}
