/** The places in which a call can run, in words and colours: the same on every page. */
import type { Place, Preference } from "@locus/client";
import type { IconName } from "./icons.ts";

export interface PlaceWords {
  name: string;
  /** In the middle of a sentence. */
  inside: string;
  /** A custom property of `theme.css`. */
  color: string;
  icon: IconName;
  about: string;
}

export const places: Record<Preference, PlaceWords> = {
  local: {
    name: "This browser",
    inside: "this browser",
    color: "var(--place-local)",
    icon: "device",
    about: "Computed on this device. Nothing is sent.",
  },
  server: {
    name: "Server",
    inside: "server",
    color: "var(--place-server)",
    icon: "server",
    about: "The file is sent to the server, which computes and sends the picture back.",
  },
  auto: {
    name: "Auto",
    inside: "auto",
    color: "var(--place-auto)",
    icon: "contrast",
    about: "Whichever is predicted to be quicker. The file is sent if that is the server.",
  },
};

/** In the order of the switch. */
export const preferences: readonly Preference[] = ["local", "server", "auto"];

export function placeName(place: Place): string {
  return places[place].inside;
}
