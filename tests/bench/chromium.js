// A Chromium with a fresh profile, and the flags under which everything is measured.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

/** @returns {string} the path of the browser that LOCUS_CHROMIUM names, or that is installed */
function path() {
  const named = process.env.LOCUS_CHROMIUM;
  const names = named ? [named] : ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  for (const name of names) {
    const folders = name.includes("/") ? [""] : (process.env.PATH ?? "").split(delimiter);
    for (const folder of folders) {
      const file = folder ? join(folder, name) : name;
      if (existsSync(file)) return file;
    }
  }
  throw new Error(`no ${names.join(" or ")}; scripts/setup --tests installs one, LOCUS_CHROMIUM names another`);
}

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch() {
  return chromium.launch({ executablePath: path(), args });
}

/** The same with a folder for what pages keep: else that stays in memory. @param {string} folder */
export function launchWithProfile(folder) {
  return chromium.launchPersistentContext(folder, { executablePath: path(), args });
}

/** Writes one measurement, as tools/bench reads it. @param {object} measurement */
export function report(measurement) {
  process.stdout.write(`${JSON.stringify(measurement)}\n`);
}

/** Says how far it is. @param {string} words */
export function progress(words) {
  process.stderr.write(`bench: ${words}\n`);
}

/** @param {number} milliseconds */
export function pause(milliseconds) {
  return new Promise((wake) => setTimeout(wake, milliseconds));
}
