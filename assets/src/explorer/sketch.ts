/** Small pictures of places: one call each, coloured here. For what helps to choose, never for what is looked at. */
import { LocusError } from "@locus/client";
import type { Calls } from "../shared/calls.svelte.ts";
import type { Series } from "../shared/series.ts";
import { type Paint, Painter } from "./colours/colour.ts";
import type { Constant } from "./url.ts";

export interface Sketch {
  /** The middle of the picture, and the width of a pixel in the plane. */
  center: Constant;
  step: number;
  width: number;
  height: number;
  julia?: Constant | undefined;
  limit: number;
  paint: Paint;
}

export class Sketcher {
  readonly #calls: Calls;
  readonly #title: string;
  #series: Series<"fractal.tile"> | undefined;

  /** `title`: what the list of calls says of them. */
  constructor(calls: Calls, title: string) {
    this.#calls = calls;
    this.#title = title;
  }

  async draw({ center, step, width, height, julia, limit, paint }: Sketch, signal: AbortSignal): Promise<ImageData> {
    this.#series ??= this.#calls.series("fractal.tile", { title: this.#title, noun: "picture", quiet: true });
    const { result, payloads } = await this.#series.run(
      { center, step: String(step), size: { width, height }, max_iterations: limit, ...(julia && { julia }) },
      { signal, priority: "background" },
    );
    const plane = (name: string): ArrayBuffer => {
      const payload = payloads[result.raster.planes.find((each) => each.name === name)?.payload ?? -1];
      if (payload?.byteLength !== 4 * width * height)
        throw new LocusError("internal", `the plane ${name} is not whole`);
      return payload.slice().buffer;
    };
    const picture = new ImageData(width, height);
    const planes = {
      side: width,
      level: -Math.log2(step),
      count: new Uint32Array(plane("count")),
      fraction: new Float32Array(plane("fraction")),
    };
    new Painter(paint).rows(planes, 0, height, new Uint32Array(picture.data.buffer));
    return picture;
  }

  /** No more of them for now. */
  close(): void {
    this.#series?.close();
    this.#series = undefined;
  }
}
