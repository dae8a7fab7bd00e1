// The page's side of the painter: one worker, made when first needed.

import { deferred } from "../deferred.ts";
import { aborted, LocusError } from "../errors.ts";
import type { FromPainter, ToPainter } from "./messages.ts";

interface Waiting {
  resolve(bitmap: ImageBitmap): void;
  reject(error: unknown): void;
}

export class Painter {
  #worker: Worker | undefined;
  #id = 0;
  readonly #waiting = new Map<number, Waiting>();

  /** `pixels`: RGBA, 8 bits, straight alpha, sRGB. Their buffer is transferred. */
  bitmap(width: number, height: number, pixels: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<ImageBitmap> {
    if (signal?.aborted) return Promise.reject(aborted());
    if (pixels.length !== 4 * width * height) {
      return Promise.reject(
        new LocusError("invalid_input", `${width} × ${height} pixels are not ${pixels.length} bytes`),
      );
    }
    const id = this.#id++;
    const { promise, resolve, reject } = deferred<ImageBitmap>();
    const abort = () => this.#take(id)?.reject(aborted());
    signal?.addEventListener("abort", abort, { once: true });
    const release = () => signal?.removeEventListener("abort", abort);
    promise.then(release, release);
    this.#waiting.set(id, { resolve, reject });
    const message: ToPainter = { id, width, height, pixels };
    this.#start().postMessage(message, [pixels.buffer]);
    return promise;
  }

  close(): void {
    this.#fail("the page's painter was closed");
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "locus painter" });
    worker.addEventListener("message", ({ data }: MessageEvent<FromPainter>) => {
      const waiting = this.#take(data.id);
      if ("problem" in data)
        waiting?.reject(new LocusError("out_of_memory", `the browser can't hold the picture: ${data.problem}`));
      else if (waiting) waiting.resolve(data.bitmap);
      else data.bitmap.close();
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(`the page's painter failed: ${event.message}`);
    });
    this.#worker = worker;
    return worker;
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #fail(why: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new LocusError("unavailable", why));
    this.#waiting.clear();
  }
}
