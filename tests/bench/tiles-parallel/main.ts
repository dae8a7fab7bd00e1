// A screen of tiles through the client. All are asked for at once, so that neither engines nor runners ever wait for the
// page: what is left to chance is only how evenly the last ones fall.

import { createLocus, type Estimate, type Locus, type Place, type TileParameters } from "@locus/client";
import type {} from "./api.ts";

/** One for each place, and with as many cores as solo engines are to be made. */
const clients = new Map<string, Locus>();

function client(place: Place, engines: number): Locus {
  const name = `${place} ${engines}`;
  const made = clients.get(name) ?? createLocus({ threads: engines });
  clients.set(name, made);
  return made;
}

window.tiles = {
  async screen(place, engines, tiles) {
    const locus = client(place, engines);
    const estimate = await estimateOf(locus, place, tiles);
    const began = performance.now();
    const replies = await Promise.all(
      tiles.map((tile) => locus.call("fractal.tile", tile, [], { prefer: place, estimate })),
    );
    const milliseconds = performance.now() - began;
    const strayed = replies.find(({ ran }) => ran.place !== place);
    if (strayed) throw new Error(`a tile was computed elsewhere: ${strayed.ran.reason}`);
    const made = locus.state.current.engines.length;
    if (place === "local" && made !== engines) throw new Error(`there are ${made} engines instead of ${engines}`);
    return { milliseconds, iterations: replies.reduce((sum, { result }) => sum + result.iterations, 0) };
  },
};
document.title = "ready";

/** As the explorer has it: tiles alike ask once, and where there are no engines, not at all. */
async function estimateOf(locus: Locus, place: Place, [first]: TileParameters[]): Promise<Estimate | undefined> {
  if (place === "server" || !first) return undefined;
  // The codec has to be there before it can say anything.
  if (locus.state.current.codec !== "ready") await locus.call("fractal.tile", first, [], { prefer: "local" });
  return locus.estimate("fractal.tile", first);
}
