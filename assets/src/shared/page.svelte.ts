/**
 * What every page keeps and can do: which of its panels are open, how much room there is, whether anything moves, and the
 * actions that are the same everywhere. `Page.svelte` draws it.
 */
import type { Preference } from "@locus/client";
import { MediaQuery } from "svelte/reactivity";
import { type Action, Actions } from "./actions.ts";
import type { Calls } from "./calls.svelte.ts";
import type { IconName } from "./icons.ts";
import { Idle } from "./idle.svelte.ts";
import { places, preferences } from "./places.ts";
import { themeAction } from "./theme.svelte.ts";

/** The pages, and the ways between them, relative as they may lie under any path. */
export const pages = {
  viewer: { name: "Picture viewer", path: "./", icon: "picture", key: "v" },
  explorer: { name: "Fractal explorer", path: "fractal", icon: "fractal", key: "m" },
} as const satisfies Record<string, { name: string; path: string; icon: IconName; key: string }>;

export type PageName = keyof typeof pages;

export type Panel = "info" | "help" | "calls" | "menu";

export interface PageWords {
  /** What a call does here, as a verb: "Decode". */
  verb: string;
  /** Name of the action that shows the information panel. */
  about: string;
}

const placeKeys = { local: "b", server: "s", auto: "a" } as const;
const where: Record<Preference, string> = { local: "in this browser", server: "on the server", auto: "wherever suits" };

export class PageState {
  readonly name: PageName;
  readonly calls: Calls;
  readonly actions = new Actions();
  readonly idle = new Idle();
  /** The width of a phone: one sheet instead of floating tools. */
  readonly #phone = new MediaQuery("width <= 640px");
  /** Too narrow for three tools side by side. */
  readonly #narrow = new MediaQuery("width <= 1100px");

  info = $state(false);
  help = $state(false);
  /** The list of calls. */
  list = $state(false);
  menu = $state(false);
  /** Every action by a few letters of its name. */
  palette = $state(false);
  /** CSS pixels that the phone's sheet takes. */
  sheet = $state(0);

  constructor(name: PageName, calls: Calls) {
    this.name = name;
    this.calls = calls;
  }

  get phone(): boolean {
    return this.#phone.current;
  }

  get narrow(): boolean {
    return this.#narrow.current;
  }

  /** The other page. */
  get other(): (typeof pages)[PageName] {
    return pages[this.name === "viewer" ? "explorer" : "viewer"];
  }

  /** Puts away what this class knows to lie on top; false when nothing does. */
  dismiss(): boolean {
    if (!this.list) return false;
    this.list = false;
    return true;
  }

  /** The actions of every page; `onplace` hears of a changed preference. */
  shared(words: PageWords, onplace: () => void, about: () => boolean = () => true): Action[] {
    const { calls, other } = this;
    return [
      {
        id: "fullscreen",
        name: "Full screen",
        group: "View",
        keys: ["f"],
        icon: "fullscreen",
        enabled: () => document.fullscreenEnabled,
        run: () => {
          if (document.fullscreenElement) void document.exitFullscreen();
          else void document.documentElement.requestFullscreen().catch(() => undefined);
        },
      },
      {
        id: "info",
        name: words.about,
        group: "Page",
        keys: ["i"],
        icon: "info",
        enabled: about,
        pressed: () => this.info,
        run: () => {
          this.info = !this.info;
        },
      },
      ...preferences.map(
        (preference): Action => ({
          id: `place-${preference}`,
          name: `${words.verb} ${where[preference]}`,
          group: "Place",
          keys: [placeKeys[preference]],
          icon: places[preference].icon,
          run: () => {
            if (calls.prefer === preference) return;
            calls.prefer = preference;
            onplace();
          },
        }),
      ),
      {
        id: "calls",
        name: "Calls: where, why, how long",
        group: "Place",
        keys: ["c"],
        icon: "up",
        run: () => {
          this.list = !this.list;
        },
      },
      {
        id: "palette",
        name: "All actions",
        group: "Page",
        keys: ["Mod+k", "/"],
        icon: "search",
        run: () => {
          this.palette = true;
        },
      },
      {
        id: "help",
        name: "Keys and gestures",
        group: "Page",
        keys: ["?"],
        icon: "help",
        run: () => {
          this.help = !this.help;
        },
      },
      {
        id: "other-page",
        name: other.name,
        group: "Page",
        keys: [other.key],
        icon: other.icon,
        run: () => location.assign(other.path),
      },
      themeAction,
    ];
  }
}
