// The explorer's posters without the explorer, for tests to make.

import { Painter } from "../../../assets/src/explorer/colours/colour.ts";
import { paletteOf } from "../../../assets/src/explorer/palettes.ts";
import { readParameters } from "../../../assets/src/explorer/poster/parameters.ts";
import { poster } from "../../../assets/src/explorer/poster/poster.ts";
import { untuned } from "../../../assets/src/explorer/tuning.ts";

/** A stream that keeps what it gets, and what became of it. */
function sink() {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const sink = {
    closed: false,
    aborted: undefined as unknown,
    bytes: async () => new Uint8Array(await new Blob(parts).arrayBuffer()),
    stream: new WritableStream<Uint8Array<ArrayBuffer>>({
      write: (part) => {
        parts.push(part);
      },
      close: () => {
        sink.closed = true;
      },
      abort: (reason) => {
        sink.aborted = reason;
      },
    }),
  };
  return sink;
}

export const posters = {
  poster,
  readParameters,
  Painter,
  sink,
  paint: (mode: "smooth" | "slope" | "distance" | "angle") => ({
    palette: paletteOf("reef"),
    tuning: untuned,
    mode,
    ranks: undefined,
  }),
};

export type Posters = typeof posters;
