// Makes bitmaps of pixels. On the main thread, 24 megapixels would take long
// enough to be felt; a bitmap made here costs the page nothing to take over.

import type { FromPainter, ToPainter } from "./messages.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.addEventListener("message", async ({ data }: MessageEvent<ToPainter>) => {
  const { id, width, height, pixels } = data;
  try {
    const samples = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    const bitmap = await createImageBitmap(new ImageData(samples, width, height));
    post({ id, bitmap }, [bitmap]);
  } catch (error) {
    post({ id, problem: error instanceof Error ? error.message : String(error) });
  }
});

function post(message: FromPainter, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}
