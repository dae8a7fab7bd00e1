/** A decode's reply, or one of its frames, as pixels for the raster worker. */
import type { Raster, Reply } from "@locus/client";
import type { Pixels } from "./raster/rasters.ts";

export function pixelsOf({ result, payloads }: Pick<Reply<{ raster: Raster }>, "result" | "payloads">): Pixels {
  const { width, height, alpha, planes } = result.raster;
  const plane = planes.find((each) => each.name === "rgba");
  const data = plane && payloads[plane.payload];
  if (!plane || !data) throw new Error("the decoder delivered no RGBA plane");
  return { width, height, opaque: alpha === "opaque", rowBytes: plane.row_bytes, data };
}
