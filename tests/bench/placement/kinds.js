// The kinds of calls that placement is judged by: what the pages ask for.

/** @typedef {import("../calls/api.ts").Wanted} Wanted */

/** @param {string} re @param {string} im @param {string} step @param {number} max_iterations @returns {Wanted} */
const tile = (re, im, step, max_iterations) => ({
  operation: "fractal.tile",
  parameters: { center: { re, im }, step, size: { width: 256, height: 256 }, max_iterations },
});

/** @param {string} file @param {object} parameters @returns {Wanted} */
const decode = (file, parameters = {}) => ({ operation: "image.decode", parameters, file });

/** A part of the picture at its full size, as one who pans sees it. @param {number} at @returns {Wanted} */
export const part = (at) =>
  decode("island.jxl", { region: { x: 64 * (at % 40), y: 32 * (at % 50), width: 1280, height: 800 } });

const thumbnail = { size: { width: 240, height: 160 } };

/** @type {Record<string, Wanted>} */
export const kinds = {
  "tile-outside": tile("-1.9", "1.1", "0.004", 500),
  "tile-boundary": tile("-0.743643887037151", "0.131825904205330", "0.0000002", 2000),
  "tile-dense": tile("-0.743643887037158704752", "0.131825904205311970493", "0.00000000000005", 20_000),
  "small-jpeg": decode("dunes.jpg", thumbnail),
  "small-png": decode("lake-pixels.png", thumbnail),
  "small-webp": decode("bubbles.webp", thumbnail),
  "large-jpeg": decode("dunes.jpg"),
  "large-jxl": decode("lake.jxl"),
  "large-lossless": decode("test-card.jxl"),
  pan: part(0),
};
