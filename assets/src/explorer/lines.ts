/** What the page tells of a view, as lines: the panel shows them, and copying takes them along. */
import { count, plural } from "../shared/words.ts";
import type { View } from "./camera.ts";
import type { Facts } from "./facts.ts";
import { magnification, step } from "./figures.ts";
import { centre } from "./url.ts";

export interface Line {
  name: string;
  value: string;
  /** For tests. */
  role: string;
}

export interface Lines {
  place: Line[];
  iterations: Line[];
  tiles: Line[];
}

const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3, notation: "compact" });

function share(part: number, all: number): string {
  if (part === 0 || all === 0) return "none";
  const percent = (part / all) * 100;
  return percent < 0.1 ? "below 0.1 %" : `${percent.toFixed(1)} %`;
}

export function lines(view: View, facts: Facts): Lines {
  const { re, im } = centre(view);
  const { pixels, escaped, interior, undecided, lowest, highest, iterations, took, done, tiles, local, server } = facts;
  const range = lowest === undefined || highest === undefined ? "–" : `${count(lowest)} to ${count(highest)}`;
  const where = [local && `${count(local)} in this browser`, server && `${count(server)} on the server`].filter(
    Boolean,
  );
  return {
    place: [
      { name: "Real part", value: re, role: "re" },
      { name: "Imaginary", value: im, role: "im" },
      { name: "Zoom", value: magnification(view), role: "zoom-figure" },
      { name: "Pixel width", value: step(view), role: "step" },
    ],
    iterations: [
      { name: "To escape", value: range, role: "range" },
      { name: "Escaped", value: share(escaped, pixels), role: "escaped" },
      { name: "Inside", value: share(interior, pixels), role: "interior" },
      { name: "At the limit", value: share(undecided, pixels), role: "undecided" },
      { name: "Performed", value: iterations > 0 ? short.format(iterations) : "–", role: "performed" },
      { name: "Speed", value: took > 0 ? `${short.format((iterations / took) * 1000)} a second` : "–", role: "speed" },
    ],
    tiles: [
      {
        name: "In sight",
        value: done < tiles ? `${count(done)} of ${plural(tiles, "tile")}` : plural(tiles, "tile"),
        role: "tiles",
      },
      { name: "Computed", value: where.join(", ") || "–", role: "where" },
    ],
  };
}

/** The same as text. */
export function text(view: View, facts: Facts, link: string): string {
  const { place, iterations } = lines(view, facts);
  const limit = { name: "Iteration limit", value: count(facts.limit) };
  return [...place, limit, ...iterations, { name: "Link", value: link }]
    .map(({ name, value }) => `${name}: ${value}`)
    .join("\n");
}
