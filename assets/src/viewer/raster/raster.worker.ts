/**
 * Holds decoded rasters away from the page's main thread and cuts them into bitmaps. Turning 24 megapixels into
 * something drawable takes 50 to 150 ms on the thread that does it, so none of it happens on the page.
 */
import { type Request, type Response, tileSide } from "./messages.ts";
import { crop, type Level, Pyramid } from "./pyramid.ts";

declare const self: DedicatedWorkerGlobalScope;

const rasters = new Map<number, Pyramid>();

function packed(request: Request & { type: "put" }): Uint8ClampedArray<ArrayBuffer> {
  const { width, height, buffer, offset, rowBytes } = request;
  if (rowBytes === width * 4) return new Uint8ClampedArray(buffer, offset, width * height * 4);
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    pixels.set(new Uint8ClampedArray(buffer, offset + y * rowBytes, width * 4), y * width * 4);
  }
  return pixels;
}

/** No conversion of any kind: the samples are sRGB and so is the canvas, thus opaque pixels arrive byte for byte. */
function bitmap(level: Level): Promise<ImageBitmap> {
  const data = new ImageData(level.pixels, level.width, level.height, { colorSpace: "srgb" });
  return createImageBitmap(data, { colorSpaceConversion: "none" });
}

/** Scales with the browser's filter from the nearest larger level. */
function scaled(level: Level, side: number): Promise<ImageBitmap> {
  const factor = Math.min(1, side / Math.max(level.width, level.height));
  const data = new ImageData(level.pixels, level.width, level.height, { colorSpace: "srgb" });
  return createImageBitmap(data, {
    colorSpaceConversion: "none",
    resizeWidth: Math.max(1, Math.round(level.width * factor)),
    resizeHeight: Math.max(1, Math.round(level.height * factor)),
    resizeQuality: "high",
  });
}

async function answer(request: Request & { type: "tile" | "thumbnail" }): Promise<ImageBitmap> {
  const raster = rasters.get(request.key);
  if (!raster) throw new Error("the raster was dropped");
  if (request.type === "thumbnail") return scaled(raster.levelFor(request.side), request.side);
  const level = raster.level(request.depth);
  return bitmap(crop(level, request.column * tileSide, request.row * tileSide, tileSide, tileSide));
}

self.onmessage = async (event: MessageEvent<Request>) => {
  const request = event.data;
  switch (request.type) {
    case "put": {
      const { key, width, height, opaque } = request;
      rasters.set(key, new Pyramid({ width, height, pixels: packed(request) }, opaque));
      return;
    }
    case "drop":
      rasters.delete(request.key);
      return;
    default: {
      let response: Response;
      try {
        response = { id: request.id, bitmap: await answer(request) };
      } catch (error) {
        response = { id: request.id, missing: error instanceof Error ? error.message : String(error) };
      }
      self.postMessage(response, "bitmap" in response ? [response.bitmap] : []);
    }
  }
};
