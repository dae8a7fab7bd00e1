// jxl.js: libjxl in wasm with SIMD, four threads. On the page's own thread, as its own script has it (in a worker it
// hangs); the whole file goes in as one piece, and the module is kept from one decode to the next, which that script
// does not do.

import type { Decoder } from "./decoder.ts";

/** What its emscripten build offers. */
interface Codec {
  HEAPU8: Uint8Array<SharedArrayBuffer>;
  _malloc(length: number): number;
  _free(address: number): void;
  _jxlCreateInstance(sdr: boolean, nits: number): number;
  _jxlDestroyInstance(decoder: number): void;
  _jxlProcessInput(decoder: number, bytes: number, length: number): number;
}

declare const JxlCodecModule: () => Promise<Codec>;

/** What `_jxlProcessInput` answers: the picture is whole, or a first look could be had. */
const DONE = 0;
const LOOK = 1;

export function jxlJs(): Decoder {
  let loaded: Promise<Codec> | undefined;
  return async (file) => {
    loaded ??= load();
    const codec = await loaded;
    const bytes = new Uint8Array(await file.arrayBuffer());
    const decoder = codec._jxlCreateInstance(true, 100);
    if (decoder < 4) throw new Error("no decoder could be made");
    const input = codec._malloc(bytes.length);
    try {
      codec.HEAPU8.set(bytes, input);
      let said = codec._jxlProcessInput(decoder, input, bytes.length);
      // Looks are passed over; a file has few of them, and one that is not read answers for ever.
      for (let looks = 0; said === LOOK && looks < 100; looks++) said = codec._jxlProcessInput(decoder, input, 0);
      if (said !== DONE) throw new Error(`it answers ${said}, which is not the whole picture`);
      const [width = 0, height = 0, start = 0] = new Int32Array(codec.HEAPU8.buffer, decoder, 3);
      // A copy, since its memory is shared, and used again.
      const data = new Uint8Array(width * height * 4);
      data.set(new Uint8Array(codec.HEAPU8.buffer, start, data.length));
      return { width, height, data, bits: 8 };
    } finally {
      codec._free(input);
      codec._jxlDestroyInstance(decoder);
    }
  };
}

async function load(): Promise<Codec> {
  if (!crossOriginIsolated) throw new Error("it wants an isolated page");
  const script = document.createElement("script");
  script.src = "/jxl.js/jxl_decoder_simd.min.js";
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  script.onload = resolve;
  script.onerror = () => reject(new Error("it could not be loaded"));
  document.head.append(script);
  await promise;
  return JxlCodecModule();
}
