// A picture that is looked at on the server, part by part, as one who pans over it does.

import { createLocus } from "@locus/client";
import type {} from "./api.ts";

const locus = createLocus();

window.look = async (parts) => {
  const file = document.querySelector("input")?.files?.[0];
  if (!file) throw new Error("no picture was chosen");
  for (let part = 0; part < parts; part++) {
    const region = { x: 16 * part, y: 8 * part, width: 512, height: 512 };
    const { ran } = await locus.call("image.decode", { region, size: { width: 256, height: 256 } }, [file], {
      prefer: "server",
    });
    if (ran.place !== "server") throw new Error(`a part was decoded elsewhere: ${ran.reason}`);
  }
};
document.title = "ready";
