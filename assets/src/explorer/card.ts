/** Which surface suits this machine. */
import { remembered } from "../shared/settings.ts";
import type { Surface } from "./surface.ts";

/** Milliseconds that the question may take. */
const patience = 1500;

/** WebGL2 where a graphics card draws it, else two dimensions: WebGL by the processor would hold up every frame. */
export async function suitable(): Promise<Surface["kind"]> {
  // Chosen by who looks for a fault; nobody else has to.
  const wish = remembered("surface", ["auto", "webgl2", "2d"], "auto");
  if (wish !== "auto") return wish;
  // Browsers without it are old, and ran on machines with a graphics card.
  if (typeof OffscreenCanvas === "undefined") return "webgl2";
  const worker = new Worker(new URL("./card.worker.ts", import.meta.url), { type: "module", name: "graphics card?" });
  try {
    const answer = await new Promise<boolean>((tell) => {
      worker.onmessage = ({ data }: MessageEvent<boolean>) => tell(data);
      worker.onerror = (event) => {
        event.preventDefault();
        tell(false);
      };
      setTimeout(tell, patience, false);
    });
    return answer ? "webgl2" : "2d";
  } finally {
    worker.terminate();
  }
}
