/**
 * Holds decoded rasters away from the page's main thread and cuts them into bitmaps. Turning 24 megapixels into
 * something drawable takes 50 to 150 ms on the thread that does it, so none of it happens on the page.
 */
import { atDepth, cut, cutWhole } from "./cut.ts";
import { type Extent, inPicture, type Look, lookedAt } from "./look.ts";
import { compare, measure } from "./measure.ts";
import { type Pixel, type Question, type Questions, type Request, type Response, tileSide } from "./messages.ts";
import { type Level, Pyramid } from "./pyramid.ts";

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
function scaled(raster: Pyramid, side: number, look: Look): Promise<ImageBitmap> {
  const base = raster.level(0);
  const kept = lookedAt(look.edit, base);
  let depth = 0;
  while (Math.max(kept.width, kept.height) / 2 ** (depth + 1) >= side) depth++;
  const reduced = raster.level(depth);
  const level = cutWhole(reduced, atDepth(look, depth, reduced));
  const factor = Math.min(1, side / Math.max(level.width, level.height));
  const data = new ImageData(level.pixels, level.width, level.height, { colorSpace: "srgb" });
  return createImageBitmap(data, {
    colorSpaceConversion: "none",
    resizeWidth: Math.max(1, Math.round(level.width * factor)),
    resizeHeight: Math.max(1, Math.round(level.height * factor)),
    resizeQuality: "high",
  });
}

/** A film has no time for halvings: the browser's filter has to do. */
function reduced(level: Level, most: Extent | undefined): Promise<ImageBitmap> {
  const width = Math.round(most?.width ?? level.width);
  const height = Math.round(most?.height ?? level.height);
  if (width >= level.width || height >= level.height || width < 1 || height < 1) return bitmap(level);
  const data = new ImageData(level.pixels, level.width, level.height, { colorSpace: "srgb" });
  return createImageBitmap(data, {
    colorSpaceConversion: "none",
    resizeWidth: width,
    resizeHeight: height,
    resizeQuality: "medium",
  });
}

function held(key: number): Pyramid {
  const raster = rasters.get(key);
  if (!raster) throw new Error("the raster was dropped");
  return raster;
}

async function answer(question: Question): Promise<Questions[keyof Questions]["answer"]> {
  const raster = held(question.key);
  switch (question.type) {
    case "tile": {
      const { depth, column, row, look } = question;
      const level = raster.level(depth);
      const rect = { x: column * tileSide, y: row * tileSide, width: tileSide, height: tileSide };
      return bitmap(cut(level, atDepth(look, depth, level), rect, { base: raster.level(0), depth }));
    }
    case "whole":
      return reduced(cutWhole(raster.level(0), question.look), question.most);
    case "thumbnail":
      return scaled(raster, question.side, question.look);
    case "measure":
      return measure(raster.level(0), question.edit);
    case "sample": {
      const level = raster.level(0);
      const { x, y } = inPicture(question.edit, level, { x: question.x, y: question.y, width: 1, height: 1 });
      if (x < 0 || y < 0 || x >= level.width || y >= level.height) return undefined;
      const at = (y * level.width + x) * 4;
      return [...level.pixels.subarray(at, at + 4)] as unknown as Pixel;
    }
    case "compare": {
      const { picture, difference } = await compare(raster.level(0), held(question.other).level(0), question.gain);
      rasters.set(question.result, new Pyramid(picture, true));
      return difference;
    }
  }
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
        response = { id: request.id, answer: await answer(request) };
      } catch (error) {
        response = { id: request.id, missing: error instanceof Error ? error.message : String(error) };
      }
      const moved = "answer" in response && response.answer instanceof ImageBitmap ? [response.answer] : [];
      self.postMessage(response, moved);
    }
  }
};
