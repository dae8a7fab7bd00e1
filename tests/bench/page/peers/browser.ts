// The browser's own decoder, asked in its two ways. Both end with the pixels
// in memory, as the others do.

import { type Decoder, inWorker } from "./decoder.ts";

export function createImageBitmapDecoder(): Decoder {
  return inWorker(() => new Worker(new URL("./bitmap.worker.ts", import.meta.url), { type: "module" }));
}

export function imageDecoder(): Decoder {
  return inWorker(() => new Worker(new URL("./image-decoder.worker.ts", import.meta.url), { type: "module" }));
}
