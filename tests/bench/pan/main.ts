// A picture at which somebody looks: all of it first, then a part at 1:1, or that part at once.

import { createLocus } from "@locus/client";
import type { Screen, Shown } from "./api.ts";

const locus = createLocus();
let file = new Blob();

window.fresh = async (place) => {
  const picture = document.querySelector("input")?.files?.[0];
  if (!picture) throw new Error("no picture was chosen");
  // Bytes after the last frame belong to no picture, and make another digest.
  const tail = crypto.getRandomValues(new Uint8Array(16));
  file = new File([await picture.arrayBuffer(), tail], picture.name);
  // Reads its header, for which the server wants its bytes.
  if (place === "server") await locus.call("image.inspect", {}, [file], { prefer: "server" });
};

window.overview = async (place) => {
  await decode({ size: { width: 1350, height: 900 } }, place);
};

window.show = async (region: Screen, place): Promise<Shown> => {
  const began = performance.now();
  const { result, payloads, ran } = await decode({ region }, place);
  const pixels = payloads[0] ?? new Uint8Array();
  let sum = 0;
  const samples = pixels.slice();
  const bitmap = await locus.bitmap(result.raster, pixels);
  const milliseconds = performance.now() - began;
  bitmap.close();
  for (let at = 0; at < samples.length; at += 4)
    sum += (samples[at] ?? 0) + (samples[at + 1] ?? 0) + (samples[at + 2] ?? 0);
  return { milliseconds, threads: ran.threads, mean: sum / (0.75 * samples.length) };
};

async function decode(parameters: { region?: Screen; size?: { width: number; height: number } }, place: Place) {
  const reply = await locus.call("image.decode", parameters, [file], { prefer: place });
  if (reply.ran.place !== place) throw new Error(`it was decoded elsewhere: ${reply.ran.reason}`);
  return reply;
}

type Place = Parameters<typeof window.show>[1];

document.title = "ready";
