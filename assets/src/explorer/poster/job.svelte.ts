/** One poster at a time, which goes on while its panel is closed: how far it is, and how it is paused and stopped. */
import { isAbort, LocusError, type TileParameters } from "@locus/client";
import type { Calls } from "../../shared/calls.svelte.ts";
import type { Paint } from "../colours/colour.ts";
import type { PosterView, Size } from "./bands.ts";
import { type PosterProgress, poster } from "./poster.ts";
import { sinkFor } from "./sink.ts";

export type PosterState = "idle" | "running" | "paused" | "done" | "failed" | "cancelled";

export interface PosterOrder {
  name: string;
  view: PosterView;
  size: Size;
  limit: number;
  paint: Paint;
  parameters: object;
}

/** Times that a tile is tried, and milliseconds between two tries. */
const tries = 4;
const pause = 1500;
/** Milliseconds between two looks of the page at the progress. */
const glance = 200;

export class PosterJob {
  readonly #calls: Calls;
  state = $state<PosterState>("idle");
  progress = $state.raw<PosterProgress>({ pixels: 0, of: 1, iterations: 0, bytes: 0 });
  size = $state.raw<Size>({ width: 0, height: 0 });
  failure = $state("");
  /** It lies among the downloads; else where the visitor wanted it. */
  downloaded = $state(false);
  /** Milliseconds that were spent on it, without pauses. */
  spent = $state(0);
  #abort = new AbortController();
  #told = 0;
  #since = 0;
  #before = 0;
  #resume: (() => void) | undefined;
  #waiting: Promise<void> | undefined;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  get busy(): boolean {
    return this.state === "running" || this.state === "paused";
  }

  /** 0 to 1. */
  get share(): number {
    return this.progress.pixels / this.progress.of;
  }

  /** Milliseconds that are left at this pace; undefined while nothing is known. */
  get left(): number | undefined {
    return this.share > 0.002 ? (this.spent / this.share) * (1 - this.share) : undefined;
  }

  async start({ name, view, size, limit, paint, parameters }: PosterOrder): Promise<void> {
    if (this.busy) return;
    const sink = await sinkFor(name);
    if (!sink) return;
    this.#abort = new AbortController();
    this.#before = 0;
    this.#since = performance.now();
    this.size = size;
    this.failure = "";
    this.progress = { pixels: 0, of: size.width * size.height, iterations: 0, bytes: 0 };
    this.spent = 0;
    this.state = "running";
    addEventListener("beforeunload", hold);
    const series = this.#calls.series("fractal.tile", { title: `Poster ${size.width} × ${size.height}`, noun: "tile" });
    const run = async (tile: TileParameters, signal: AbortSignal) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await series.run(tile, { signal, priority: "background" });
        } catch (error) {
          // What the operation refuses once, it refuses again.
          const refused = error instanceof LocusError && ["limit_exceeded", "invalid_input"].includes(error.code);
          if (signal.aborted || refused || attempt === tries) throw error;
          await new Promise((wake) => setTimeout(wake, pause * attempt));
        }
      }
    };
    try {
      const { bytes, iterations } = await poster({
        ...{ view, size, limit, paint, parameters, run },
        sink: sink.stream,
        signal: this.#abort.signal,
        onProgress: (progress) => this.#tell(progress),
        paused: () => this.#waiting ?? Promise.resolve(),
      });
      this.downloaded = await sink.finish();
      this.progress = { pixels: this.progress.of, of: this.progress.of, iterations, bytes };
      this.spent = this.#elapsed();
      this.state = "done";
    } catch (error) {
      await sink.discard();
      this.state = isAbort(error) || this.#abort.signal.aborted ? "cancelled" : "failed";
      this.failure = error instanceof Error ? error.message : String(error);
    } finally {
      removeEventListener("beforeunload", hold);
      series.close();
    }
  }

  pause(): void {
    if (this.state !== "running") return;
    this.state = "paused";
    this.#before = this.#elapsed();
    this.#waiting = new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  resume(): void {
    if (this.state !== "paused") return;
    this.state = "running";
    this.#since = performance.now();
    this.#waiting = undefined;
    this.#resume?.();
  }

  cancel(): void {
    this.#abort.abort(new DOMException("the poster was stopped", "AbortError"));
    this.#waiting = undefined;
    this.#resume?.();
  }

  #elapsed(): number {
    return this.#before + (performance.now() - this.#since);
  }

  #tell(progress: PosterProgress): void {
    const now = performance.now();
    if (now - this.#told < glance && progress.pixels < progress.of) return;
    this.#told = now;
    this.progress = progress;
    if (this.state === "running") this.spent = this.#elapsed();
  }
}

/** Browsers ask before they leave. */
function hold(event: BeforeUnloadEvent): void {
  event.preventDefault();
}
