// A picture that is written as a file, by image.encode and by the browser.

import { createLocus } from "@locus/client";
import type {} from "./api.ts";

const locus = createLocus();
const canvas = document.createElement("canvas");
let pixels = new Uint8Array();

window.prepare = async (width, height) => {
  const picture = document.querySelector("input")?.files?.[0];
  if (!picture) throw new Error("no picture was chosen");
  const { payloads } = await locus.call("image.decode", { size: { width, height } }, [picture], { prefer: "local" });
  pixels = new Uint8Array(payloads[0] ?? []);
  Object.assign(canvas, { width, height });
  const image = new ImageData(new Uint8ClampedArray(pixels), width, height);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
};

window.ours = async (format) => {
  const { width, height } = canvas;
  const began = performance.now();
  const { result, ran } = await locus.call(
    "image.encode",
    { format, raster: { width, height, sample: "u8", channels: 4 } },
    [pixels],
    { prefer: "local" },
  );
  if (ran.place !== "local") throw new Error(`it was written elsewhere: ${ran.reason}`);
  return { milliseconds: performance.now() - began, bytes: result.bytes, threads: ran.threads };
};

window.theirs = async (format) => {
  const type = `image/${format}`;
  const began = performance.now();
  // Its WebP is lossless at quality 1; its JPEG is at ours.
  const quality = format === "jpeg" ? 0.9 : 1;
  const file = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality));
  if (file?.type !== type) return undefined;
  return { milliseconds: performance.now() - began, bytes: file.size, threads: 1 };
};

locus.warm();
document.title = "ready";
