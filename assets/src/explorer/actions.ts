/** What a user can do in the explorer, by mouse, key, menu or thumb. */
import type { Action } from "../shared/actions.ts";
import { modes, words } from "./colours/modes.ts";
import type { Explorer } from "./store.svelte.ts";
import { tuningOf } from "./tuning.ts";

export interface Panels {
  copyLink(): void;
  copyView(): void;
  /** Shows or puts away the sliders for the colours, and whether they are shown. */
  tune(): void;
  tuning(): boolean;
  /** Opens what lies beside the plane, or puts it away; and whether it is open. */
  toggle(drawer: Drawer): void;
  opened(drawer: Drawer): boolean;
  /** Keeps what is shown as a bookmark. */
  keep(): void;
  /** Shows the Julia set of the point under the pointer, small, or no more; and whether. */
  preview(): void;
  previewing(): boolean;
  /** Goes to the tour's next place, or with -1 to the one before. */
  tour(step: number): void;
  /** Puts away whatever lies on top; false when nothing did. */
  dismiss(): boolean;
}

/** What opens beside the plane. */
export type Drawer = "goto" | "places" | "gradient" | "poster";

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
    {
      id: "box",
      name: "Draw a box to zoom into",
      group: "View",
      keys: ["x"],
      icon: "box",
      pressed: () => explorer.boxing,
      run: () => {
        explorer.boxing = !explorer.boxing;
      },
    },
    {
      id: "undo",
      name: "Undo the move",
      group: "View",
      keys: ["z", "Mod+z"],
      icon: "undo",
      repeats: true,
      enabled: () => explorer.steps.back > 0,
      run: () => explorer.steps.undo(),
    },
    {
      id: "redo",
      name: "Do the move again",
      group: "View",
      keys: ["y", "Mod+y", "Mod+Shift+z"],
      icon: "redo",
      repeats: true,
      enabled: () => explorer.steps.forward > 0,
      run: () => explorer.steps.redo(),
    },
    {
      id: "goto",
      name: "Go to coordinates",
      group: "Go",
      keys: ["g"],
      icon: "target",
      pressed: () => panels.opened("goto"),
      run: () => panels.toggle("goto"),
    },
    {
      id: "places",
      name: "Bookmarks and tour",
      group: "Go",
      keys: ["n"],
      icon: "places",
      pressed: () => panels.opened("places"),
      run: () => panels.toggle("places"),
    },
    {
      id: "keep",
      name: "Keep this view as a bookmark",
      group: "Go",
      keys: ["w"],
      icon: "bookmark",
      run: () => panels.keep(),
    },
    {
      id: "tour-next",
      name: "Next place of the tour",
      group: "Go",
      keys: ["PageDown"],
      icon: "next",
      run: () => panels.tour(1),
    },
    {
      id: "tour-back",
      name: "Previous place of the tour",
      group: "Go",
      keys: ["PageUp"],
      icon: "previous",
      run: () => panels.tour(-1),
    },
    {
      id: "julia",
      name: "Julia set under the pointer, or back",
      group: "Julia sets",
      keys: ["j"],
      icon: "julia",
      pressed: () => explorer.julia !== undefined,
      run: () => explorer.show(explorer.julia ? undefined : explorer.at(explorer.focus)),
    },
    {
      id: "julia-preview",
      name: "Small Julia set under the pointer",
      group: "Julia sets",
      keys: ["h"],
      icon: "julia",
      enabled: () => explorer.julia === undefined,
      pressed: () => panels.previewing(),
      run: () => panels.preview(),
    },
    arrow("left", "Move left", "ArrowLeft", -1, 0),
    arrow("right", "Move right", "ArrowRight", 1, 0),
    arrow("up", "Move up", "ArrowUp", 0, -1),
    arrow("down", "Move down", "ArrowDown", 0, 1),
    {
      id: "palette-next",
      name: "Next palette",
      group: "Colours",
      keys: ["p"],
      icon: "palette",
      repeats: true,
      run: () => explorer.colours.next(1),
    },
    {
      id: "palette-back",
      name: "Previous palette",
      group: "Colours",
      keys: ["o"],
      silent: true,
      repeats: true,
      run: () => explorer.colours.next(-1),
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
      id: "gradient",
      name: "Edit the gradient",
      group: "Colours",
      keys: ["m"],
      icon: "gradient",
      pressed: () => panels.opened("gradient"),
      run: () => panels.toggle("gradient"),
    },
    ...modes.map(
      (mode, index): Action => ({
        id: `mode-${mode}`,
        name: `${words[mode].name} colouring`,
        group: "Colours",
        keys: [String(index + 1)],
        silent: true,
        run: () => explorer.colours.show(mode),
      }),
    ),
    {
      id: "denser",
      name: "Denser colours",
      group: "Colours",
      keys: ["."],
      silent: true,
      repeats: true,
      run: () =>
        explorer.colours.tune(tuningOf(explorer.colours.tuning.density * densityStep, explorer.colours.tuning.offset)),
    },
    {
      id: "sparser",
      name: "Sparser colours",
      group: "Colours",
      keys: [","],
      silent: true,
      repeats: true,
      run: () =>
        explorer.colours.tune(tuningOf(explorer.colours.tuning.density / densityStep, explorer.colours.tuning.offset)),
    },
    {
      id: "shift",
      name: "Shift the colours",
      group: "Colours",
      keys: ["r"],
      silent: true,
      repeats: true,
      run: () =>
        explorer.colours.tune(tuningOf(explorer.colours.tuning.density, explorer.colours.tuning.offset + offsetStep)),
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
      id: "poster",
      name: "Make a poster",
      group: "Page",
      keys: ["q"],
      icon: "poster",
      pressed: () => panels.opened("poster"),
      run: () => panels.toggle("poster"),
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
