/** What a user can do in the explorer, by mouse, key, menu or thumb. */
import type { Action } from "../shared/actions.ts";
import type { Explorer } from "./store.svelte.ts";
import { tuningOf } from "./tuning.ts";

export interface Panels {
  copyLink(): void;
  copyView(): void;
  /** Shows or puts away the sliders for the colours, and whether they are shown. */
  tune(): void;
  tuning(): boolean;
  /** Puts away whatever lies on top; false when nothing did. */
  dismiss(): boolean;
}

/** CSS pixels that an arrow key moves. */
const stride = 120;
/** Powers of two that a key zooms by. */
const zoomStep = 0.5;
const densityStep = 2 ** 0.125;
const offsetStep = 0.02;

export function explorerActions(explorer: Explorer, panels: Panels): Action[] {
  function arrow(id: string, name: string, key: string, x: number, y: number): Action {
    const run = () => explorer.panBy(x * stride, y * stride);
    return { id, name, group: "View", keys: [key], repeats: true, silent: true, run };
  }

  return [
    {
      id: "home",
      name: "All of the set",
      group: "View",
      keys: ["0", "Home"],
      icon: "home",
      pressed: () => explorer.atHome,
      run: () => explorer.home(),
    },
    {
      id: "zoom-in",
      name: "Zoom in",
      group: "View",
      keys: ["+", "="],
      icon: "plus",
      repeats: true,
      run: () => explorer.zoomBy(zoomStep),
    },
    {
      id: "zoom-out",
      name: "Zoom out",
      group: "View",
      keys: ["-"],
      icon: "minus",
      repeats: true,
      run: () => explorer.zoomBy(-zoomStep),
    },
    arrow("left", "Move left", "ArrowLeft", -1, 0),
    arrow("right", "Move right", "ArrowRight", 1, 0),
    arrow("up", "Move up", "ArrowUp", 0, -1),
    arrow("down", "Move down", "ArrowDown", 0, 1),
    {
      id: "palette",
      name: "Next palette",
      group: "Colours",
      keys: ["p"],
      icon: "palette",
      repeats: true,
      run: () => explorer.nextPalette(1),
    },
    {
      id: "palette-back",
      name: "Previous palette",
      group: "Colours",
      keys: ["o"],
      silent: true,
      repeats: true,
      run: () => explorer.nextPalette(-1),
    },
    {
      id: "tune",
      name: "Density and offset of the colours",
      group: "Colours",
      keys: ["e"],
      icon: "tune",
      pressed: () => panels.tuning(),
      run: () => panels.tune(),
    },
    {
      id: "denser",
      name: "Denser colours",
      group: "Colours",
      keys: ["."],
      silent: true,
      repeats: true,
      run: () => explorer.tune(tuningOf(explorer.tuning.density * densityStep, explorer.tuning.offset)),
    },
    {
      id: "sparser",
      name: "Sparser colours",
      group: "Colours",
      keys: [","],
      silent: true,
      repeats: true,
      run: () => explorer.tune(tuningOf(explorer.tuning.density / densityStep, explorer.tuning.offset)),
    },
    {
      id: "shift",
      name: "Shift the colours",
      group: "Colours",
      keys: ["r"],
      silent: true,
      repeats: true,
      run: () => explorer.tune(tuningOf(explorer.tuning.density, explorer.tuning.offset + offsetStep)),
    },
    {
      id: "limit-double",
      name: "Twice the iteration limit",
      group: "Iterations",
      keys: ["]"],
      icon: "up",
      run: () => explorer.scaleLimit(2),
    },
    {
      id: "limit-half",
      name: "Half the iteration limit",
      group: "Iterations",
      keys: ["["],
      icon: "down",
      run: () => explorer.scaleLimit(0.5),
    },
    {
      id: "limit-auto",
      name: "Automatic iteration limit",
      group: "Iterations",
      keys: ["u"],
      icon: "retry",
      enabled: () => explorer.set !== undefined,
      run: () => explorer.limit(undefined),
    },
    {
      id: "borders",
      name: "Show where tiles were computed",
      group: "Place",
      keys: ["d"],
      icon: "borders",
      pressed: () => explorer.borders,
      run: () => explorer.toggleBorders(),
    },
    {
      id: "copy-link",
      name: "Copy the link to this view",
      group: "Page",
      keys: ["l"],
      icon: "link",
      run: () => panels.copyLink(),
    },
    {
      id: "copy-view",
      name: "Copy coordinates and figures",
      group: "Page",
      keys: ["k"],
      icon: "copy",
      run: () => panels.copyView(),
    },
    {
      id: "dismiss",
      name: "Put away what is on top",
      group: "Page",
      keys: ["Escape"],
      silent: true,
      run: () => {
        panels.dismiss();
      },
    },
  ];
}
