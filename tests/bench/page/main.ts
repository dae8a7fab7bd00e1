// Decoders side by side. Each works in workers (jxl.js also on the page) and gets the file's
// bytes from the page; its time ends when the pixels have come back to the
// page. What a decoder loads and compiles, it does at its first decode, which
// nobody counts.

import { createLocus } from "@locus/client";
import type { Decoded } from "./api.ts";
import { createImageBitmapDecoder, imageDecoder } from "./peers/browser.ts";
import type { Decoder, Pixels } from "./peers/decoder.ts";
import { icodec } from "./peers/icodec.ts";
import { jxlJs } from "./peers/jxl.js.ts";

const locus = createLocus({ server: null, threads: 2 });

/** Ours: in the threaded build where the page is isolated, else in the plain one. */
async function ours(file: Blob): Promise<Pixels> {
  const { result, payloads, ran } = await locus.call("image.decode", {}, [file], { prefer: "local" });
  const { width, height, planes } = result.raster;
  const plane = planes.find(({ name }) => name === "rgba");
  const data = plane && payloads[plane.payload];
  if (!data) throw new Error("there is no RGBA plane");
  return { width, height, data, bits: 8, threads: ran.threads };
}

const decoders: Record<string, Decoder> = {
  ours,
  createImageBitmap: createImageBitmapDecoder(),
  ImageDecoder: imageDecoder(),
  icodec: icodec(),
  "jxl.js": jxlJs(),
};

let file = new Blob();

window.bench = {
  isolated: crossOriginIsolated,
  decoders: Object.keys(decoders),
  async open(url) {
    file = new Blob([await (await fetch(url)).arrayBuffer()]);
  },
  async decode(name): Promise<Decoded> {
    const decode = decoders[name];
    if (!decode) throw new Error(`no decoder is named ${name}`);
    const began = performance.now();
    const pixels = await decode(file);
    const milliseconds = performance.now() - began;
    const { width, height, threads } = pixels;
    return { milliseconds, width, height, threads, points: points(pixels) };
  },
};
document.title = "ready";

function points({ width, height, data, bits }: Pixels): number[] {
  const samples = bits > 8 ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  const most = 2 ** bits - 1;
  const values: number[] = [];
  for (let row = 0; row < 16; row++) {
    for (let column = 0; column < 16; column++) {
      const x = Math.floor(((column + 0.5) * width) / 16);
      const y = Math.floor(((row + 0.5) * height) / 16);
      const at = 4 * (y * width + x);
      for (let channel = 0; channel < 3; channel++) values.push((samples[at + channel] ?? 0) / most);
    }
  }
  return values;
}
