// The page's side of the hasher: one worker, made when first needed. What was
// hashed once is remembered for as long as the page holds the file: a blob's
// bytes never change. Those of a buffer do, so buffers are hashed each time.

import { type Deferred, deferred } from "../deferred.ts";
import { LocusError } from "../errors.ts";
import type { FromHasher, ToHasher } from "./messages.ts";

export class Hasher {
  #worker: Worker | undefined;
  #id = 0;
  readonly #waiting = new Map<number, Deferred<string>>();
  readonly #known = new WeakMap<Blob, Promise<string>>();

  /** The digest of a blob: `sha256:` and its hexadecimal digits. */
  digest(blob: Blob): Promise<string> {
    const known = this.#known.get(blob);
    if (known) return known;
    const id = this.#id++;
    const waiting = deferred<string>();
    this.#waiting.set(id, waiting);
    this.#known.set(blob, waiting.promise);
    waiting.promise.catch(() => this.#known.delete(blob));
    const message: ToHasher = { id, blob };
    this.#start().postMessage(message);
    return waiting.promise;
  }

  close(): void {
    this.#fail("the page's hasher was closed");
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "locus hasher" });
    worker.addEventListener("message", ({ data }: MessageEvent<FromHasher>) => {
      const waiting = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if ("digest" in data) waiting?.resolve(data.digest);
      else waiting?.reject(new LocusError("invalid_input", `the input can't be read: ${data.problem}`));
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(`the page's hasher failed: ${event.message}`);
    });
    this.#worker = worker;
    return worker;
  }

  #fail(why: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new LocusError("unavailable", why));
    this.#waiting.clear();
  }
}
