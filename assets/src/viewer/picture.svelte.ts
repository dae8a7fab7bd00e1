/** One picture of the strip: where its bytes come from, and what became of it. */
import type { InspectResult, Progress } from "@locus/client";
import type { Problem } from "../shared/problem.ts";
import type { HeldRaster } from "./raster/rasters.ts";

/** `waiting`: not asked for yet. `ready`: decoded once; its raster may have been dropped since. `stopped`: cancelled. */
export type Status = "waiting" | "loading" | "ready" | "failed" | "stopped";

let next = 1;

export class Picture {
  readonly id = next++;
  readonly name: string;
  readonly #read: (signal: AbortSignal) => Promise<Blob>;
  #file: Blob | undefined;

  status = $state<Status>("waiting");
  bytes = $state<number>();
  info = $state.raw<InspectResult>();
  raster = $state.raw<HeldRaster>();
  thumbnail = $state.raw<ImageBitmap>();
  problem = $state.raw<Problem>();
  progress = $state.raw<Progress>();

  constructor(name: string, read: (signal: AbortSignal) => Promise<Blob>, bytes?: number) {
    this.name = name;
    this.#read = read;
    this.bytes = bytes;
  }

  static from(file: File): Picture {
    return new Picture(file.name || "Pasted picture", async () => file, file.size);
  }

  /** The file's bytes, fetched once. */
  async file(signal: AbortSignal): Promise<Blob> {
    this.#file ??= await this.#read(signal);
    this.bytes = this.#file.size;
    return this.#file;
  }

  /** Size in pixels as shown, once known. */
  get size(): { width: number; height: number } | undefined {
    return this.raster ?? this.info;
  }
}
