import { serve } from "./decoder.ts";

serve(async (bytes) => {
  const decoder = new ImageDecoder({ data: bytes, type: "image/jxl" });
  const { image } = await decoder.decode();
  const { displayWidth: width, displayHeight: height } = image;
  const data = new Uint8Array(image.allocationSize({ format: "RGBA" }));
  await image.copyTo(data, { format: "RGBA" });
  image.close();
  decoder.close();
  return { width, height, data, bits: 8 };
});
