/** One picture of the strip: where its bytes come from, and what became of it. */
import type { InspectResult, Progress } from "@locus/client";
import type { Problem } from "../shared/problem.ts";
import { fetchLink, nameOf } from "./files/links.ts";
import type { HeldRaster } from "./raster/rasters.ts";
import { fetchSample } from "./samples.ts";

/** `waiting`: not asked for yet. `ready`: decoded once; its raster may have been dropped since. `stopped`: cancelled. */
export type Status = "waiting" | "loading" | "ready" | "failed" | "stopped";

/** Hears the share of a file that has come, where its size is known. */
export type OnShare = (share: number | undefined) => void;

/** Where a picture came from, as far as it can be had from there again. */
export type Source =
  | { readonly kind: "file" }
  | { readonly kind: "sample"; readonly file: string }
  | { readonly kind: "link"; readonly url: string };

/** How far a picture's fetch or decode has come; the share is not always known. */
export type PictureProgress = Omit<Progress, "fraction"> & { fraction: number | undefined };

let next = 1;

export class Picture {
  readonly id = next++;
  /** Names it in what is kept for a reload. */
  readonly key: string;
  readonly name: string;
  readonly source: Source;
  readonly #read: (signal: AbortSignal, onshare: OnShare) => Promise<Blob>;
  #file: Promise<Blob> | undefined;
  /** The file's bytes are at hand. */
  loaded = false;

  status = $state<Status>("waiting");
  bytes = $state<number>();
  info = $state.raw<InspectResult>();
  raster = $state.raw<HeldRaster>();
  thumbnail = $state.raw<ImageBitmap>();
  problem = $state.raw<Problem>();
  progress = $state.raw<PictureProgress>();

  constructor(
    name: string,
    read: (signal: AbortSignal, onshare: OnShare) => Promise<Blob>,
    bytes?: number,
    source: Source = { kind: "file" },
    key?: string,
  ) {
    this.name = name;
    this.#read = read;
    this.bytes = bytes;
    this.source = source;
    this.key = key ?? newKey();
  }

  static from(file: File): Picture {
    return new Picture(file.name || "Pasted picture", async () => file, file.size);
  }

  static sample(file: string, bytes?: number, key?: string): Picture {
    return new Picture(file, (signal) => fetchSample(file, signal), bytes, { kind: "sample", file }, key);
  }

  static link(url: string, key?: string): Picture {
    const read = (signal: AbortSignal, onshare: OnShare) => fetchLink(url, signal, onshare);
    return new Picture(nameOf(url), read, undefined, { kind: "link", url }, key);
  }

  /** The file's bytes, fetched once. Who aborts while others wait ends it for all; they ask again. */
  async file(signal: AbortSignal, onshare: OnShare = () => undefined): Promise<Blob> {
    for (;;) {
      signal.throwIfAborted();
      const mine = this.#file === undefined;
      this.#file ??= this.#read(signal, onshare);
      const reading = this.#file;
      try {
        const file = await reading;
        this.loaded = true;
        this.bytes = file.size;
        return file;
      } catch (error) {
        if (this.#file === reading) this.#file = undefined;
        if (mine || (error as Error).name !== "AbortError") throw error;
      }
    }
  }

  /** Size in pixels as shown, once known. */
  get size(): { width: number; height: number } | undefined {
    return this.raster ?? this.info;
  }
}

/** `crypto.randomUUID` is missing where a page came over plain http. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join("");
}
