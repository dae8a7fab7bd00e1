/** Light, dark, or as the system has it. */
import type { Action } from "./actions.ts";
import type { IconName } from "./icons.ts";
import { remember, remembered } from "./settings.ts";

export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const names: Record<Theme, string> = { auto: "as the system has it", light: "light", dark: "dark" };
const looks: Record<Theme, IconName> = { auto: "contrast", light: "sun", dark: "moon" };

class ThemeChoice {
  #chosen = $state<Theme>(remembered("theme", themes, "auto"));

  constructor() {
    this.#apply();
  }

  get chosen(): Theme {
    return this.#chosen;
  }

  set chosen(theme: Theme) {
    this.#chosen = theme;
    remember("theme", theme);
    this.#apply();
  }

  get icon(): IconName {
    return looks[this.#chosen];
  }

  get label(): string {
    return `Theme: ${names[this.#chosen]}`;
  }

  next(): void {
    this.chosen = themes[(themes.indexOf(this.#chosen) + 1) % themes.length] as Theme;
  }

  #apply(): void {
    document.documentElement.dataset.theme = this.#chosen;
  }
}

export const theme = new ThemeChoice();

export const themeAction: Action = {
  id: "theme",
  name: "Theme: light, dark, automatic",
  group: "Page",
  keys: ["t"],
  icon: "contrast",
  run: () => theme.next(),
};
