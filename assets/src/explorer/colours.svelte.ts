/** How the explorer colours: a palette and how it is laid, a mode, and the gradients that the visitor made. */
import { remember, remembered } from "../shared/settings.ts";
import type { Paint } from "./colours/colour.ts";
import { decoded, encoded, type Gradient, own, paletteFrom, type Stop, stopsOf } from "./colours/gradients.ts";
import { type Mode, modes } from "./colours/modes.ts";
import { type Palette, paletteOf, palettes } from "./palettes.ts";
import { type Tuning, untuned } from "./tuning.ts";
import type { Address } from "./url.ts";

/** A gradient as it is kept, and as it is chosen. */
export interface Own extends Gradient {
  id: string;
}

/** As many as a row of swatches can hold. */
export const mostOwn = 12;
const kept = "locus.gradients";

export class Colours {
  palette = $state.raw<Palette>(palettes[0] as Palette);
  tuning = $state.raw<Tuning>(untuned);
  mode = $state<Mode>(remembered("mode", modes, "smooth"));
  own = $state.raw<readonly Own[]>(stored());
  /** What part of the pixels in sight lies below each count; kept while the mode asks for it. */
  ranks: Float32Array<ArrayBuffer> | undefined;
  /** Everything is to be painted anew. */
  onpaint: () => void = () => undefined;
  /** Tiles may lack what the mode needs. */
  onmode: () => void = () => undefined;

  constructor() {
    const ids = [...palettes.map(({ id }) => id), ...this.own.map(({ id }) => id)];
    this.palette = this.#find(remembered("palette", ids, "dusk"));
  }

  /** All there are to choose from. */
  get all(): readonly Palette[] {
    return [...palettes, ...this.own.map(chosen)];
  }

  get paint(): Paint {
    return { palette: this.palette, tuning: this.tuning, mode: this.mode, ranks: this.ranks };
  }

  /** What the URL says of it. */
  get address(): Pick<Address, "palette" | "gradient" | "tuning" | "mode"> {
    const made = this.palette.at !== undefined;
    return {
      palette: made ? own : this.palette.id,
      gradient: made ? encoded(stopsOf(this.palette)) : undefined,
      tuning: this.tuning,
      mode: this.mode,
    };
  }

  /** As an address says. */
  go({ palette, gradient, tuning, mode }: Address): void {
    const stops = gradient === undefined ? undefined : decoded(gradient);
    const same = stops && this.own.find((each) => encoded(each.stops) === encoded(stops));
    if (same) this.palette = chosen(same);
    else if (stops) this.palette = paletteFrom({ name: "Gradient of the link", stops });
    else this.palette = paletteOf(palette);
    this.tuning = tuning;
    const changed = this.mode !== (mode ?? "smooth");
    this.mode = mode ?? "smooth";
    if (changed) this.onmode();
  }

  choose(palette: Palette): void {
    this.palette = palette;
    remember("palette", palette.id);
    this.onpaint();
  }

  next(step: number): void {
    const { all } = this;
    const at = all.findIndex(({ id }) => id === this.palette.id);
    this.choose(all[(at + step + all.length) % all.length] as Palette);
  }

  /** Lays the palette otherwise over the counts. */
  tune(tuning: Tuning): void {
    this.tuning = tuning;
    this.onpaint();
  }

  show(mode: Mode): void {
    if (mode === this.mode) return;
    this.mode = mode;
    remember("mode", mode);
    this.onmode();
    this.onpaint();
  }

  /** Other stops or another name: of the gradient that is chosen, or of a copy where it is not the visitor's own. */
  edit(stops: readonly Stop[], name?: string): void {
    const before = this.own.find(({ id }) => id === this.palette.id);
    if (before) {
      const now = { ...before, name: name ?? before.name, stops };
      this.#keep(this.own.map((each) => (each === before ? now : each)));
      this.choose(chosen(now));
    } else {
      this.add({ name: name ?? `My ${this.palette.name}`, stops });
    }
  }

  /** One more, which is chosen; the oldest goes where there are too many. */
  add({ name, stops }: Gradient): void {
    const made: Own = { id: `${own}-${Date.now().toString(36)}`, name, stops };
    this.#keep([...this.own.slice(1 - mostOwn), made]);
    this.choose(chosen(made));
  }

  remove(id: string): void {
    this.#keep(this.own.filter((each) => each.id !== id));
    if (this.palette.id === id) this.choose(palettes[0] as Palette);
  }

  #find(id: string): Palette {
    const mine = this.own.find((each) => each.id === id);
    return mine ? chosen(mine) : paletteOf(id);
  }

  #keep(list: readonly Own[]): void {
    this.own = list;
    try {
      const plain = list.map(({ id, name, stops }) => ({ id, name, stops: encoded(stops) }));
      localStorage.setItem(kept, JSON.stringify(plain));
    } catch {
      // Where storage is refused, they last as long as the page.
    }
  }
}

function chosen(gradient: Own): Palette {
  return { ...paletteFrom(gradient), id: gradient.id };
}

/** What an earlier visit left; what cannot be read is passed over. */
function stored(): Own[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(kept) ?? "[]");
    if (!Array.isArray(list)) return [];
    return list.flatMap((each: Partial<Record<string, unknown>>) => {
      const stops = typeof each.stops === "string" ? decoded(each.stops) : undefined;
      const named = typeof each.id === "string" && typeof each.name === "string";
      return stops && named ? [{ id: each.id as string, name: each.name as string, stops }] : [];
    });
  } catch {
    return [];
  }
}
