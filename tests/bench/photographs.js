// Photographs as a camera leaves them: 200 files of 12 megapixels, each another, with grain. Made once by the browser's
// own encoders from a sample, and kept in a folder for later runs.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { progress } from "./chromium.js";

/** How many there are; every twentieth is a PNG, the others are JPEG. */
export const COUNT = 200;
const WIDTH = 4000;
const HEIGHT = 3000;

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} cache a folder for what is made here
 * @param {string} source a JPEG that they are made of
 * @returns {Promise<string>} the folder
 */
export async function photographs(browser, cache, source) {
  const folder = join(cache, "photographs");
  if (existsSync(folder) && readdirSync(folder).length === COUNT) return folder;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  const page = await browser.newPage();
  const base64 = readFileSync(source).toString("base64");
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    const grain = new OffscreenCanvas(1000, 1000);
    const dots = new ImageData(1000, 1000);
    // A small generator of its own, so that every run makes the same files.
    let seed = 1;
    for (let at = 0; at < dots.data.length; at += 4) {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      dots.data.fill((seed >> 16) & 255, at, at + 3);
      dots.data[at + 3] = 26;
    }
    grain.getContext("2d")?.putImageData(dots, 0, 0);
    Object.assign(window, { picture, grain });
  }, base64);
  for (let at = 0; at < COUNT; at++) {
    const type = at % 20 === 19 ? "png" : "jpeg";
    const encoded = await page.evaluate(
      async ({ at, type, width, height }) => {
        const { picture, grain } = /** @type {any} */ (window);
        const canvas = new OffscreenCanvas(width, height);
        const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { alpha: false }));
        // Another part of it each time, and every other one mirrored.
        const part = 0.5 + ((at * 37) % 50) / 100;
        const x = ((at * 29) % 100) / 100;
        context.translate(at % 2 ? width : 0, 0);
        context.scale(at % 2 ? -1 : 1, 1);
        const [w, h] = [picture.width * part, picture.height * part];
        context.drawImage(picture, (picture.width - w) * x, (picture.height - h) * (1 - x), w, h, 0, 0, width, height);
        context.fillStyle = `hsl(${(at * 47) % 360} 90% 50% / 0.2)`;
        context.fillRect(0, 0, width, height);
        // A PNG of grain would be one of noise.
        if (type === "jpeg") {
          context.fillStyle = /** @type {CanvasPattern} */ (context.createPattern(grain, "repeat"));
          context.translate((at * 173) % 1000, (at * 311) % 1000);
          context.fillRect(-1000, -1000, width + 2000, height + 2000);
        }
        const blob = await canvas.convertToBlob({ type: `image/${type}`, quality: 0.9 });
        return new Promise((settle) => {
          const reader = new FileReader();
          reader.onload = () => settle(/** @type {string} */ (reader.result).split(",")[1]);
          reader.readAsDataURL(blob);
        });
      },
      { at, type, width: WIDTH, height: HEIGHT },
    );
    writeFileSync(
      join(unfinished, `${String(at + 1).padStart(3, "0")}.${type === "png" ? "png" : "jpg"}`),
      String(encoded),
      "base64",
    );
    if (at % 20 === 19) progress(`made ${at + 1} of ${COUNT} photographs`);
  }
  await page.close();
  rmSync(folder, { recursive: true, force: true });
  renameSync(unfinished, folder);
  return folder;
}
