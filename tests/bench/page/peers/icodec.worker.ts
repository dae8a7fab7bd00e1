import { jxl } from "icodec";
import wasm from "icodec/jxl-dec.wasm?url";
import { serve } from "./decoder.ts";

const loaded = jxl.loadDecoder(wasm);

serve(async (bytes) => {
  await loaded;
  // 16 bits a sample where the file has more than 8.
  const { width, height, data, depth } = jxl.decode(new Uint8Array(bytes)) as ImageData & { depth?: number };
  return { width, height, data, bits: depth ?? 8 };
});
