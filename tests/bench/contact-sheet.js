// contact-sheet: a folder of 200 photographs of 12 megapixels as small pictures, in the viewer's contact sheet in this
// browser, and as the browser's own <img> elements in a plain page. Each run is a fresh visit to each.
//
//     node tests/bench/contact-sheet.js RUNS ORIGIN CACHE SOURCE

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, launchWithProfile, progress, report } from "./chromium.js";
import { COUNT, photographs } from "./photographs.js";

const [runs = "3", origin = "", cache = "", source = ""] = process.argv.slice(2);
/** Milliseconds that a visit may take, and between two looks at its memory. */
const PATIENCE = 240_000;
const GLANCE = 250;

/** @typedef {{ first: number, all: number, peak: number }} Visit */
/** @typedef {import("playwright-core").Page} Page */

const making = await launch();
const folder = await photographs(making, cache, source);
await making.close();
const files = readdirSync(folder).map((name) => join(folder, name));

/** @type {{ ours: Visit[], theirs: Visit[] }} */
const visits = { ours: [], theirs: [] };
for (let run = 1; run <= Number(runs); run++) {
  visits.ours.push(await visit(`ours ${run}/${runs}`, ours));
  visits.theirs.push(await visit(`img ${run}/${runs}`, theirs));
}
const common = { case: "200x12mp", place: "local" };
const peer = "img-elements";
/** @param {string} metric @param {string} unit @param {(visit: Visit) => number} of @param {string} [note] */
function tell(metric, unit, of, note) {
  report({
    ...common,
    metric,
    unit,
    samples: visits.ours.map(of),
    peer_name: peer,
    peer_samples: visits.theirs.map(of),
    ...(note && { note }),
  });
}
tell("first_picture_ms", "ms", ({ first }) => first);
tell("all_s", "s", ({ all }) => all / 1000);
tell(
  "peak_mib",
  "MiB",
  ({ peak }) => peak,
  "peak_mib: largest share (PSS) of the page's process, its workers included",
);

/**
 * @param {string} name
 * @param {(page: Page) => Promise<{ first: number, all: number }>} look
 * @returns {Promise<Visit>}
 */
async function visit(name, look) {
  const profile = mkdtempSync(join(tmpdir(), "locus-bench-profile-"));
  const context = await launchWithProfile(profile);
  try {
    const [page = await context.newPage()] = context.pages();
    await page.setViewportSize({ width: 1440, height: 900 });
    let peak = 0;
    const watch = setInterval(() => {
      for (const pid of renderers(profile)) peak = Math.max(peak, share(pid));
    }, GLANCE);
    try {
      const { first, all } = await look(page);
      progress(`${name}: first ${first.toFixed(0)} ms, all ${(all / 1000).toFixed(1)} s, peak ${peak.toFixed(0)} MiB`);
      return { first, all, peak };
    } finally {
      clearInterval(watch);
    }
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** @param {Page} page */
async function ours(page) {
  await page.goto(origin);
  await page.locator(".sample").first().waitFor();
  await page.check("input[name=place][value=local]", { force: true });
  // Watched from within: the first small picture on the sheet, and all of them.
  await page.evaluate((count) => {
    const seen = { began: 0, first: 0, all: 0 };
    Object.assign(window, { seen });
    document
      .querySelector("input[webkitdirectory]")
      ?.addEventListener("change", () => (seen.began = performance.now()), true);
    const look = () => {
      const sheet = document.querySelector("[data-role=contact-sheet]");
      if (sheet && !seen.first && sheet.querySelector("canvas")) seen.first = performance.now();
      if (Number(sheet?.getAttribute("data-held")) === count) seen.all = performance.now();
      else requestAnimationFrame(look);
    };
    look();
  }, COUNT);
  await page.setInputFiles("input[webkitdirectory]", folder);
  await page.keyboard.press("k");
  return settled(page);
}

/** @param {Page} page */
async function theirs(page) {
  await page.setContent(`<!doctype html><style>img { width: 180px; height: 135px; object-fit: contain }</style>
    <input type="file" multiple><div></div>`);
  await page.evaluate(() => {
    const seen = { began: 0, first: 0, all: 0 };
    Object.assign(window, { seen });
    const input = /** @type {HTMLInputElement} */ (document.querySelector("input"));
    input.addEventListener("change", async () => {
      seen.began = performance.now();
      const images = [...(input.files ?? [])].map((file) => {
        const image = new Image();
        image.src = URL.createObjectURL(file);
        document.querySelector("div")?.append(image);
        return image.decode().then(() => {
          seen.first ||= performance.now();
        });
      });
      await Promise.all(images);
      requestAnimationFrame(() => (seen.all = performance.now()));
    });
  });
  await page.setInputFiles("input", files);
  return settled(page);
}

/** @param {Page} page */
async function settled(page) {
  await page.waitForFunction(() => /** @type {any} */ (window).seen.all > 0, undefined, {
    timeout: PATIENCE,
    polling: 250,
  });
  const { began, first, all } = await page.evaluate(() => /** @type {any} */ (window).seen);
  return { first: first - began, all: all - began };
}

/** Processes of the browser with this profile that have pages. @param {string} profile */
function renderers(profile) {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, "utf8");
      return line.includes("--type=renderer") && of(name, profile);
    } catch {
      return false;
    }
  });
}

/** Whether one of its forebears has the profile. @param {string} pid @param {string} profile @returns {boolean} */
function of(pid, profile) {
  const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "1";
  if (Number(parent) <= 1) return false;
  return readFileSync(`/proc/${parent}/cmdline`, "utf8").includes(profile) || of(parent, profile);
}

/** MiB with its share of what it shares. @param {string | number} pid */
function share(pid) {
  try {
    return Number(/^Pss: +(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
