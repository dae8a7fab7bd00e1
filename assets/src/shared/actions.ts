/**
 * What a user can do, each thing once: its name, its keys and its effect. Shortcuts, menus, tooltips and the help
 * overlay all read this table, so they cannot disagree.
 */
import type { IconName } from "./icons.ts";

export interface Action {
  /** Stable, for tests and menus. */
  id: string;
  /** What it does, as a menu says it. */
  name: string;
  /** Heading in the menu and in help. */
  group: string;
  /** `KeyboardEvent.key`, with `Mod+` (Ctrl or ⌘) or `Shift+` before it. The first is shown, all work. */
  keys: readonly string[];
  icon?: IconName;
  /** Held keys repeat it (pan, zoom). */
  repeats?: boolean;
  /** Left out of menus: nothing to point at, only a key. */
  silent?: boolean;
  enabled?(): boolean;
  /** For what is on or off: whether it is on. */
  pressed?(): boolean;
  run(): void;
}

/** Keys as printed on them. */
const printed: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  PageUp: "Page up",
  PageDown: "Page down",
  Delete: "Del",
  " ": "Space",
  "-": "−",
};

const apple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

/** "Mod+o" → "Ctrl O" (or "⌘ O"). */
export function keyName(key: string): string {
  return key
    .split(/\+(?=.)/)
    .map((part) => {
      if (part === "Mod") return apple ? "⌘" : "Ctrl";
      return printed[part] ?? (part.length === 1 ? part.toUpperCase() : part);
    })
    .join(" ");
}

/** Tooltip of a control that does this: "Fit the picture (0)". */
export function tooltip(action: Action): string {
  const [key] = action.keys;
  return key ? `${action.name} (${keyName(key)})` : action.name;
}

function matches(event: KeyboardEvent, key: string): boolean {
  const parts = key.split(/\+(?=.)/);
  const main = parts.pop() as string;
  const mod = parts.includes("Mod");
  if (mod !== (event.ctrlKey || event.metaKey) || event.altKey) return false;
  // Shift is part of characters such as "?" and "+": with those it counts only where an action asks for it.
  const shift = parts.includes("Shift");
  if ((main.length > 1 || shift) && shift !== event.shiftKey) return false;
  return event.key === main || (main.length === 1 && event.key.toLowerCase() === main.toLowerCase());
}

/** Typing, choosing and pressing buttons by keyboard belong to the control that has the focus. */
function busy(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest("input:not([type=radio]), textarea, select")) return true;
  if (event.key === " " || event.key === "Enter") return target.closest("button, a, summary") !== null;
  return event.key.startsWith("Arrow") && target.closest("[role=radiogroup], input[type=radio], [role=menu]") !== null;
}

export class Actions {
  readonly #list: Action[] = [];

  /** Adds actions; the returned function takes them out again. Earlier ones win a key that two claim. */
  register(...actions: Action[]): () => void {
    this.#list.push(...actions);
    return () => {
      for (const action of actions) this.#list.splice(this.#list.indexOf(action), 1);
    };
  }

  get list(): readonly Action[] {
    return this.#list;
  }

  /** By heading, in the order of registration. */
  get groups(): ReadonlyMap<string, readonly Action[]> {
    return Map.groupBy(this.#list, (action) => action.group);
  }

  find(id: string): Action {
    const action = this.#list.find((each) => each.id === id);
    if (!action) throw new Error(`no action is called ${id}`);
    return action;
  }

  /** Runs what the pressed key means; false when it means nothing here. */
  press(event: KeyboardEvent): boolean {
    if (event.defaultPrevented || event.isComposing || busy(event)) return false;
    const action = this.#list.find(
      (each) => each.keys.some((key) => matches(event, key)) && (each.enabled?.() ?? true),
    );
    if (!action || (event.repeat && !action.repeats)) return false;
    event.preventDefault();
    action.run();
    return true;
  }
}
