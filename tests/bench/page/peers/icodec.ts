// icodec: libjxl in wasm with SIMD, one thread.

import { type Decoder, inWorker } from "./decoder.ts";

export function icodec(): Decoder {
  return inWorker(() => new Worker(new URL("./icodec.worker.ts", import.meta.url), { type: "module" }));
}
