/**
 * Two pictures, or two decodes of one, side by side under a divider or as their difference. Both have the size of the
 * first; rasters made for it are dropped with it.
 */
import { LocusError, type Place } from "@locus/client";
import type { Calls } from "../../shared/calls.svelte.ts";
import { sentence } from "../../shared/problem.ts";
import type { Picture } from "../picture.svelte.ts";
import { pixelsOf } from "../pixels.ts";
import type { Difference } from "../raster/measure.ts";
import type { HeldRaster, Rasters } from "../raster/rasters.ts";

export const gains = [1, 4, 16, 64, 255] as const;

/** What a picture is compared with: itself as the other place decodes it, or another picture. */
export type Against = "places" | Picture;

export interface Side {
  readonly name: string;
  readonly raster: HeldRaster;
}

export class Comparison {
  readonly picture: Picture;
  /** What was on the canvas when the comparison began. */
  readonly base: HeldRaster;
  readonly #frame: number;
  readonly #calls: Calls;
  readonly #rasters: Rasters;
  #mine: HeldRaster[] = [];
  #abort = new AbortController();
  #compared: HeldRaster | undefined;
  #asked = 0;

  against = $state.raw<Against>("places");
  mode = $state<"split" | "difference">("split");
  gain = $state<number>(16);
  /** Where the divider is, as a share of the stage's width. */
  divider = $state(0.5);
  sides = $state.raw<readonly [Side, Side]>();
  difference = $state.raw<Difference>();
  differing = $state.raw<HeldRaster>();
  problem = $state.raw<string>();
  loading = $state(false);

  /** `base` is what is on the canvas, the picture's frame of that number. */
  constructor(picture: Picture, base: HeldRaster, frame: number, calls: Calls, rasters: Rasters) {
    this.picture = picture;
    this.base = base;
    this.#frame = frame;
    this.#calls = calls;
    this.#rasters = rasters;
  }

  async start(against: Against): Promise<void> {
    this.#clear();
    this.against = against;
    this.loading = true;
    const { signal } = this.#abort;
    try {
      const sides: [Side, Side] =
        against === "places"
          ? [
              { name: "this browser", raster: await this.#decode(this.picture, "local", signal) },
              { name: "server", raster: await this.#decode(this.picture, "server", signal) },
            ]
          : [
              { name: this.picture.name, raster: this.base },
              { name: against.name, raster: await this.#decode(against, undefined, signal) },
            ];
      if (signal.aborted) return;
      this.sides = sides;
      this.loading = false;
      await this.#compare();
    } catch (error) {
      if (signal.aborted) return;
      this.loading = false;
      this.problem = sentence(error instanceof LocusError ? error.message : String(error));
    }
  }

  amplify(gain: number): void {
    this.gain = gain;
    void this.#compare().catch(() => undefined);
  }

  end(): void {
    this.#clear();
  }

  async #decode(picture: Picture, prefer: Place | undefined, signal: AbortSignal): Promise<HeldRaster> {
    const file = await picture.file(signal);
    const { width, height } = this.base;
    const known = picture.size;
    const parameters = {
      ...(picture === this.picture && this.#frame > 0 && { frame: this.#frame }),
      ...((known?.width !== width || known.height !== height) && { size: { width, height } }),
    };
    const where = prefer === "local" ? " in this browser" : prefer === "server" ? " on the server" : "";
    const reply = await this.#calls.run("image.decode", parameters, [file], {
      title: `Decode ${picture.name}${where} to compare`,
      ...(prefer && { prefer }),
      priority: "interactive",
      signal,
    });
    if (prefer && reply.ran.place !== prefer) {
      const asked = prefer === "local" ? "This browser" : "The server";
      throw new LocusError("unavailable", `${asked} could not decode it: ${reply.ran.reason}`);
    }
    const raster = this.#rasters.keep(pixelsOf(reply));
    if (signal.aborted) this.#rasters.drop(raster);
    else this.#mine.push(raster);
    return raster;
  }

  async #compare(): Promise<void> {
    if (!this.sides) return;
    const [one, other] = this.sides;
    const asked = ++this.#asked;
    const { raster, difference } = await this.#rasters.compare(one.raster, other.raster, this.gain);
    if (asked !== this.#asked) {
      this.#rasters.drop(raster);
      return;
    }
    if (this.#compared) this.#rasters.drop(this.#compared);
    this.#compared = raster;
    this.differing = raster;
    this.difference = difference;
  }

  #clear(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#asked++;
    for (const raster of this.#mine) this.#rasters.drop(raster);
    this.#mine = [];
    if (this.#compared) this.#rasters.drop(this.#compared);
    this.#compared = undefined;
    this.sides = undefined;
    this.differing = undefined;
    this.difference = undefined;
    this.problem = undefined;
  }
}
