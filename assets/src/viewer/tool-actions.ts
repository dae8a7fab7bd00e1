/** What can be done with the picture on the canvas: look into it, turn and crop it, play it, compare it, save it. */
import type { Action } from "../shared/actions.ts";
import type { IconName } from "../shared/icons.ts";
import { type Channel, type Edit, mirrored, overturned, turned } from "./raster/look.ts";
import type { Tools } from "./tools.svelte.ts";

/** What the page does for them: the panel at its side, and whether the picture is in view. */
export interface SidePanel {
  /** False while the contact sheet lies over the canvas. */
  canvas(): boolean;
  shows(side: "info" | "save"): boolean;
  toggle(side: "info" | "save"): void;
}

export function toolActions(tools: Tools, panel: SidePanel): Action[] {
  const drawn = () => tools.picture !== undefined && panel.canvas();
  const animated = () => tools.animated && panel.canvas();

  function edit(id: string, name: string, key: string, icon: IconName, by: (edit: Edit) => Edit): Action {
    return { id, name, group: "Edit", keys: [key], icon, enabled: drawn, run: () => tools.change(by) };
  }

  function channel(which: Channel | undefined, name: string, key: string): Action {
    return {
      id: `channel-${which ?? "all"}`,
      name,
      group: "Look",
      keys: [key],
      enabled: drawn,
      pressed: () => tools.channel === which,
      run: () => {
        tools.channel = tools.channel === which ? undefined : which;
      },
    };
  }

  return [
    {
      id: "edit",
      name: "Turn and crop",
      group: "Edit",
      keys: ["e"],
      icon: "edit",
      enabled: drawn,
      pressed: () => tools.editing,
      run: () => {
        tools.endComparison();
        tools.stopCropping();
        tools.editing = !tools.editing;
      },
    },
    edit("rotate-left", "Turn left", "l", "rotateLeft", (now) => turned(now, -90)),
    edit("rotate-right", "Turn right", "r", "rotateRight", (now) => turned(now, 90)),
    edit("mirror", "Mirror left and right", "h", "mirror", mirrored),
    edit("overturn", "Mirror above and below", "u", "overturn", overturned),
    {
      id: "crop",
      name: "Crop",
      group: "Edit",
      keys: ["Shift+c"],
      icon: "crop",
      enabled: drawn,
      pressed: () => tools.cropping !== undefined,
      run: () => tools.crop(),
    },
    {
      id: "reset-edit",
      name: "As it came",
      group: "Edit",
      keys: ["Shift+z"],
      icon: "picture",
      enabled: () => drawn() && tools.edits.touched(tools.picture),
      run: () => tools.picture && tools.edits.reset(tools.picture),
    },
    {
      id: "undo-edit",
      name: "Take back the last change",
      group: "Edit",
      keys: ["z", "Mod+z"],
      icon: "undo",
      enabled: () => drawn() && (tools.cropping !== undefined || tools.edits.undoable(tools.picture)),
      run: () => tools.undo(),
    },
    {
      id: "save",
      name: "Save as",
      group: "Edit",
      keys: ["Mod+s", "d"],
      icon: "save",
      enabled: () => tools.viewer.selected !== undefined,
      pressed: () => panel.shows("save"),
      run: () => panel.toggle("save"),
    },
    {
      id: "compare",
      name: "Compare with another, or both places",
      group: "Look",
      keys: ["v"],
      icon: "split",
      enabled: drawn,
      pressed: () => tools.comparison !== undefined,
      run: () => {
        if (tools.comparison) tools.endComparison();
        else void tools.compare();
      },
    },
    channel(undefined, "All channels", "5"),
    channel("red", "Red alone", "6"),
    channel("green", "Green alone", "7"),
    channel("blue", "Blue alone", "8"),
    channel("alpha", "Alpha alone", "9"),
    channel("clipped", "Mark clipped pixels", "2"),
    {
      id: "play",
      name: "Play, or pause",
      group: "Animation",
      keys: [" "],
      icon: "play",
      enabled: animated,
      pressed: () => tools.film?.playing ?? false,
      run: () => tools.playOrPause(),
    },
    {
      id: "frame-back",
      name: "Frame before",
      group: "Animation",
      keys: [","],
      icon: "frameBack",
      repeats: true,
      enabled: animated,
      run: () => tools.stepFrame(-1),
    },
    {
      id: "frame-forward",
      name: "Next frame",
      group: "Animation",
      keys: ["."],
      icon: "frameForward",
      repeats: true,
      enabled: animated,
      run: () => tools.stepFrame(1),
    },
    {
      id: "slower",
      name: "Slower",
      group: "Animation",
      keys: ["<"],
      enabled: animated,
      run: () => tools.faster(-1),
    },
    {
      id: "faster",
      name: "Faster",
      group: "Animation",
      keys: [">"],
      enabled: animated,
      run: () => tools.faster(1),
    },
  ];
}
