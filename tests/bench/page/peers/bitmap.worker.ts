import { serve } from "./decoder.ts";

let canvas: OffscreenCanvas | undefined;

serve(async (bytes) => {
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/jxl" }));
  const { width, height } = bitmap;
  if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  // A canvas in main memory: reading back from a GPU would be slower.
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("there is no canvas");
  context.clearRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { width, height, data: context.getImageData(0, 0, width, height).data, bits: 8 };
});
