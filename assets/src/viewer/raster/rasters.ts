/**
 * The page's side of the raster worker: rasters by key, tiles and thumbnails as bitmaps, and a budget. Past the budget
 * the rasters shown longest ago are dropped; whoever needs one again decodes it again.
 */
import { type Edit, type Extent, type Look, plainly } from "./look.ts";
import type { Difference, Histogram } from "./measure.ts";
import type { Pixel, Question, Questions, Request, Response } from "./messages.ts";

/** A raster that the worker holds. Colours are sRGB, 8 bits, straight alpha. */
export interface HeldRaster {
  readonly key: number;
  readonly width: number;
  readonly height: number;
  readonly opaque: boolean;
  /** Bytes of the worker's memory, its halvings included. */
  readonly bytes: number;
}

/** What a decode delivers: pixels of `row_bytes` a row in a buffer that nobody else uses. */
export interface Pixels {
  width: number;
  height: number;
  opaque: boolean;
  rowBytes: number;
  data: Uint8Array;
}

export interface Budget {
  rasters: number;
  bytes: number;
}

const standard: Budget = { rasters: 3, bytes: 512 * 1024 * 1024 };

interface Waiting {
  resolve(answer: Questions[keyof Questions]["answer"]): void;
  reject(reason: Error): void;
}

export class Rasters {
  readonly #budget: Budget;
  /** In the order of use, the latest last. */
  readonly #held = new Map<number, HeldRaster>();
  /** Outside of the budget. */
  readonly #kept = new Set<number>();
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #next = 1;
  #inView: number | undefined;
  /** Called when the worker has ended and all rasters are gone. */
  onlost: () => void = () => {};

  constructor(budget: Budget = standard) {
    this.#budget = budget;
  }

  /** Takes the pixels' buffer away from the caller (it moves, nothing is copied). */
  put(pixels: Pixels): HeldRaster {
    const raster = this.#send(pixels);
    this.#held.set(raster.key, raster);
    this.#spare(raster.key);
    return raster;
  }

  /** The pixels as one small bitmap, its longer side at most `side`; nothing of them is kept. */
  async small(pixels: Pixels, side: number): Promise<ImageBitmap> {
    const raster = this.#send(pixels);
    const bitmap = this.thumbnail(raster, side);
    this.#post({ type: "drop", key: raster.key });
    return bitmap;
  }

  has(raster: HeldRaster): boolean {
    return this.#held.has(raster.key) || this.#kept.has(raster.key);
  }

  /** Marks a raster as the one in view, which is never dropped for the budget. */
  use(raster: HeldRaster): void {
    this.#inView = raster.key;
    if (this.#held.delete(raster.key)) this.#held.set(raster.key, raster);
    this.#spare(raster.key);
  }

  drop(raster: HeldRaster): void {
    if (this.#held.delete(raster.key) || this.#kept.delete(raster.key)) this.#post({ type: "drop", key: raster.key });
  }

  /** As `put`, but outside of the budget: whoever keeps it drops it. */
  keep(pixels: Pixels): HeldRaster {
    const raster = this.#send(pixels);
    this.#kept.add(raster.key);
    return raster;
  }

  /** A tile of what is looked at, halved `depth` times. Rejects when the raster has been dropped. */
  tile(raster: HeldRaster, depth: number, column: number, row: number, look = plainly): Promise<ImageBitmap> {
    return this.#ask("tile", { key: raster.key, depth, column, row, look });
  }

  /** All that is looked at, reduced to `most` where it is larger. */
  whole(raster: HeldRaster, look: Look, most?: Extent): Promise<ImageBitmap> {
    return this.#ask("whole", { key: raster.key, look, most });
  }

  /** All that is looked at, its longer side at most `side` pixels. */
  thumbnail(raster: HeldRaster, side: number, look = plainly): Promise<ImageBitmap> {
    return this.#ask("thumbnail", { key: raster.key, side, look });
  }

  measure(raster: HeldRaster, edit: Edit): Promise<Histogram> {
    return this.#ask("measure", { key: raster.key, edit });
  }

  /** The pixel at a place of what is looked at, as the decoder delivered it. */
  sample(raster: HeldRaster, edit: Edit, x: number, y: number): Promise<Pixel | undefined> {
    return this.#ask("sample", { key: raster.key, edit, x, y });
  }

  /** How two rasters of one size differ, in figures and as a raster to be dropped by the caller. */
  async compare(
    one: HeldRaster,
    other: HeldRaster,
    gain: number,
  ): Promise<{ raster: HeldRaster; difference: Difference }> {
    const raster = { ...one, key: this.#next++, opaque: true };
    this.#kept.add(raster.key);
    const difference = await this.#ask("compare", { key: one.key, other: other.key, result: raster.key, gain });
    return { raster, difference };
  }

  #spare(keep: number): void {
    const bytes = () => [...this.#held.values()].reduce((sum, raster) => sum + raster.bytes, 0);
    for (const raster of this.#held.values()) {
      if (this.#held.size <= this.#budget.rasters && bytes() <= this.#budget.bytes) return;
      if (raster.key !== keep && raster.key !== this.#inView) this.drop(raster);
    }
  }

  #send({ width, height, opaque, rowBytes, data }: Pixels): HeldRaster {
    const key = this.#next++;
    const own = data.buffer instanceof ArrayBuffer ? data : new Uint8Array(data);
    const buffer = own.buffer as ArrayBuffer;
    this.#post({ type: "put", key, width, height, opaque, buffer, offset: own.byteOffset, rowBytes }, [buffer]);
    // Every halving is a quarter of the one before: a third more in all.
    return { key, width, height, opaque, bytes: Math.ceil((width * height * 4 * 4) / 3) };
  }

  #ask<Name extends keyof Questions>(type: Name, ask: Questions[Name]["ask"]): Promise<Questions[Name]["answer"]> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      this.#post({ type, id, ...ask } as unknown as Question);
    });
  }

  #post(request: Request, transfer: Transferable[] = []): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(request, transfer);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./raster.worker.ts", import.meta.url), { type: "module", name: "rasters" });
    worker.onmessage = (event: MessageEvent<Response>) => {
      const response = event.data;
      const waiting = this.#waiting.get(response.id);
      this.#waiting.delete(response.id);
      if ("answer" in response) waiting?.resolve(response.answer);
      else waiting?.reject(new Error(response.missing));
    };
    worker.onerror = (event) => {
      // Most likely out of memory. The rasters are gone; the next picture starts a worker anew.
      event.preventDefault();
      worker.terminate();
      this.#worker = undefined;
      this.#held.clear();
      this.#kept.clear();
      for (const waiting of this.#waiting.values()) waiting.reject(new Error("the raster worker ended"));
      this.#waiting.clear();
      this.onlost();
    };
    return worker;
  }
}
