// A poster as the explorer makes it: the same code, into the browser's private files.

import { createLocus, type Estimate, type TileParameters } from "@locus/client";
import { paletteOf } from "../../../assets/src/explorer/palettes.ts";
import { readParameters } from "../../../assets/src/explorer/poster/parameters.ts";
import { poster } from "../../../assets/src/explorer/poster/poster.ts";
import { untuned } from "../../../assets/src/explorer/tuning.ts";
import type {} from "./api.ts";

const locus = createLocus();
const name = "poster.png";
window.pixels = 0;

window.make = async (wish) => {
  const { center, step, side, limit } = wish;
  const folder = await navigator.storage.getDirectory();
  const file = await folder.getFileHandle(name, { create: true });
  // Tiles alike ask once what they take, as in the explorer.
  let estimate: Estimate | undefined;
  const run = async (parameters: TileParameters, signal: AbortSignal) => {
    const reply = await locus.call("fractal.tile", parameters, [], { prefer: "local", estimate, signal });
    estimate ??= await locus.estimate("fractal.tile", parameters);
    return reply;
  };
  const began = performance.now();
  const { iterations, bytes } = await poster({
    view: { center, step },
    size: { width: side, height: side },
    limit,
    paint: { palette: paletteOf("dusk"), tuning: untuned, mode: "smooth", ranks: undefined },
    parameters: wish,
    run,
    sink: (await file.createWritable()) as WritableStream<Uint8Array<ArrayBuffer>>,
    signal: new AbortController().signal,
    onProgress: ({ pixels }) => {
      window.pixels = pixels;
    },
  });
  const milliseconds = performance.now() - began;
  const written = await file.getFile();
  if (written.size !== bytes) throw new Error(`the file has ${written.size} bytes, ${bytes} were written`);
  const told = JSON.stringify(await readParameters(written)) === JSON.stringify(wish);
  await folder.removeEntry(name);
  return { milliseconds, iterations, bytes, told };
};
document.title = "ready";
