/**
 * The page's side of the raster worker: rasters by key, tiles and thumbnails as bitmaps, and a budget. Past the budget
 * the rasters shown longest ago are dropped; whoever needs one again decodes it again.
 */
import type { Request, Response } from "./messages.ts";

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
  resolve(bitmap: ImageBitmap): void;
  reject(reason: Error): void;
}

export class Rasters {
  readonly #budget: Budget;
  /** In the order of use, the latest last. */
  readonly #held = new Map<number, HeldRaster>();
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
    return this.#held.has(raster.key);
  }

  /** Marks a raster as the one in view, which is never dropped for the budget. */
  use(raster: HeldRaster): void {
    this.#inView = raster.key;
    if (this.#held.delete(raster.key)) this.#held.set(raster.key, raster);
    this.#spare(raster.key);
  }

  drop(raster: HeldRaster): void {
    if (this.#held.delete(raster.key)) this.#post({ type: "drop", key: raster.key });
  }

  /** A tile of the raster halved `depth` times. Rejects when the raster has been dropped. */
  tile(raster: HeldRaster, depth: number, column: number, row: number): Promise<ImageBitmap> {
    return this.#ask((id) => ({ type: "tile", id, key: raster.key, depth, column, row }));
  }

  /** The whole picture, its longer side at most `side` pixels. */
  thumbnail(raster: HeldRaster, side: number): Promise<ImageBitmap> {
    return this.#ask((id) => ({ type: "thumbnail", id, key: raster.key, side }));
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

  #ask(request: (id: number) => Request): Promise<ImageBitmap> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post(request(id));
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
      if ("bitmap" in response) waiting ? waiting.resolve(response.bitmap) : response.bitmap.close();
      else waiting?.reject(new Error(response.missing));
    };
    worker.onerror = (event) => {
      // Most likely out of memory. The rasters are gone; the next picture starts a worker anew.
      event.preventDefault();
      worker.terminate();
      this.#worker = undefined;
      this.#held.clear();
      for (const waiting of this.#waiting.values()) waiting.reject(new Error("the raster worker ended"));
      this.#waiting.clear();
      this.onlost();
    };
    return worker;
  }
}
