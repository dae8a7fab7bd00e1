/** A tile by a call: the operation's parameters from its place in the pyramid, its planes from the reply. */
import { type Estimate, LocusError, type Reply, type TileParameters, type TileResult } from "@locus/client";
import type { Calls } from "../shared/calls.svelte.ts";
import type { Series } from "../shared/series.ts";
import { lateOf } from "./limit.ts";
import type { Wish } from "./scheduler.ts";
import { geometry, side, type Tile } from "./tiles.ts";

export class Computer {
  readonly #calls: Calls;
  /** By what makes tiles cost alike: they need not ask each. */
  readonly #estimates = new Map<string, Estimate | undefined>();
  #series: Series<"fractal.tile"> | undefined;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  async run(wish: Wish, signal: AbortSignal, begun: () => void): Promise<Tile> {
    this.#series ??= this.#calls.series("fractal.tile", {
      title: `Tiles of ${wish.recipe.julia ? "a Julia set" : "the Mandelbrot set"}`,
      noun: "tile",
    });
    const { julia, extra } = wish.recipe;
    const parameters: TileParameters = {
      ...geometry(wish),
      size: { width: side, height: side },
      max_iterations: wish.limit,
      ...(julia && { julia }),
      ...(extra.length > 0 && { planes: ["count", "fraction", ...extra] }),
    };
    const kind = [wish.limit, julia ? "julia" : "", ...extra].join();
    if (!this.#estimates.get(kind)) {
      void this.#calls.estimate("fractal.tile", parameters).then((estimate) => {
        this.#estimates.set(kind, estimate);
      });
    }
    const reply = await this.#series.run(parameters, {
      signal,
      estimate: this.#estimates.get(kind),
      onprogress: begun,
    });
    return tileOf(wish, reply);
  }

  /** Nothing more is wanted for now: the next tile begins a new line in the list of calls. */
  rest(): void {
    this.#series?.close();
    this.#series = undefined;
  }
}

function tileOf(wish: Wish, { result, payloads, ran }: Reply<TileResult>): Tile {
  const { raster, escaped, interior, undecided, lowest, highest, iterations } = result;
  const plane = (name: string): ArrayBuffer => {
    const payload = payloads[raster.planes.find((each) => each.name === name)?.payload ?? -1];
    if (payload?.byteLength !== side * side * 4)
      throw new LocusError("internal", `the reply's plane ${name} is not whole`);
    // A buffer of its own: typed arrays want it aligned, and what else lay beside it may go.
    return payload.byteOffset === 0 && payload.byteLength === payload.buffer.byteLength
      ? payload.buffer
      : payload.slice().buffer;
  };
  const count = new Uint32Array(plane("count"));
  return {
    ...wish,
    count,
    fraction: new Float32Array(plane("fraction")),
    distance: wish.recipe.extra.includes("distance") ? new Float32Array(plane("distance")) : undefined,
    angle: wish.recipe.extra.includes("angle") ? new Float32Array(plane("angle")) : undefined,
    escaped,
    interior,
    undecided,
    lowest: lowest ?? undefined,
    highest: highest ?? undefined,
    iterations,
    took: ran.computed_ms,
    late: undecided > 0 ? lateOf(count, wish.limit) : 0,
    place: ran.place,
  };
}
