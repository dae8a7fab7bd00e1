// first-load: what a first visit to each page brings over the network until its first screen is complete, as Chromium's
// network domain counts it: what came, compressed and with headers. The codec and its estimates are counted by themselves.
//
//     node tests/bench/first-load.js RUNS ORIGIN

import { launch, pause, progress, report } from "./chromium.js";

const [runs = "7", origin = ""] = process.argv.slice(2);
/** Milliseconds that a screen may take. */
const PATIENCE = 120_000;
/** Milliseconds without anything asked for after which a screen is complete. */
const QUIET = 1_000;

/** @typedef {import("playwright-core").Page} Page */
/** @type {{ name: string, path: string, complete(page: Page): Promise<unknown> }[]} */
const pages = [
  { name: "viewer", path: "", complete: invited },
  { name: "explorer", path: "fractal", complete: drawn },
];

const browser = await launch();
try {
  for (const { name, path, complete } of pages) {
    /** @type {{ page: number[], codec: number[], estimates: number[] }} */
    const figures = { page: [], codec: [], estimates: [] };
    let words = "";
    for (let run = 1; run <= Number(runs); run++) {
      const visited = await visit(new URL(path, origin).href, complete);
      figures.page.push(sum(visited.page));
      figures.codec.push(sum(visited.codec));
      figures.estimates.push(sum(visited.estimates));
      progress(`${name} ${run}/${runs}: ${sum(visited.page)} bytes, codec ${sum(visited.codec)} bytes`);
      words = listed(visited.page);
    }
    report({ case: name, metric: "bytes", unit: "bytes", samples: figures.page, note: words });
    // The viewer has nothing to decode yet.
    if (name === "viewer" && figures.codec.some((bytes) => bytes > 0)) throw new Error("the viewer fetched the codec");
    if (name === "explorer") {
      report({ case: name, metric: "codec_bytes", unit: "bytes", samples: figures.codec });
      report({ case: name, metric: "estimates_bytes", unit: "bytes", samples: figures.estimates });
    }
  }
} finally {
  await browser.close();
}

/**
 * A visit with nothing kept from another one.
 *
 * @param {string} url
 * @param {(page: Page) => Promise<unknown>} complete
 */
async function visit(url, complete) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  try {
    const page = await context.newPage();
    /** @type {{ path: string, bytes: Promise<number> }[]} */
    const came = [];
    let heard = performance.now();
    context.on("request", () => {
      heard = performance.now();
    });
    context.on("requestfinished", (request) => {
      heard = performance.now();
      // What the service worker fetches, it fetches behind the first screen, and what it answers came before.
      if (request.serviceWorker()) return;
      const sizes = request.sizes();
      const bytes = sizes.then(({ responseHeadersSize, responseBodySize }) => responseHeadersSize + responseBodySize);
      came.push({ path: new URL(request.url()).pathname, bytes });
    });
    await page.goto(url);
    await complete(page);
    while (performance.now() - heard < QUIET) await pause(100);
    const all = await Promise.all(came.map(async ({ path, bytes }) => ({ path, bytes: await bytes })));
    const isOf =
      (/** @type {RegExp} */ folder) =>
      (/** @type {{ path: string }} */ { path }) =>
        folder.test(path);
    return {
      page: all.filter(({ path }) => !path.includes("/codec/")),
      codec: all.filter(isOf(/\/codec\/(plain|threads)-/)),
      estimates: all.filter(isOf(/\/codec\/estimates-/)),
    };
  } finally {
    await context.close();
  }
}

/** The viewer's invitation, with all pictures that the window shows. @param {Page} page */
function invited(page) {
  return page.waitForFunction(
    () => {
      const images = [...document.querySelectorAll("img")];
      const seen = images.filter((image) => image.getBoundingClientRect().top < innerHeight);
      return seen.length > 0 && seen.every((image) => image.complete && image.naturalWidth > 0);
    },
    undefined,
    { timeout: PATIENCE },
  );
}

/** The explorer's first view, as all of its tiles make it. @param {Page} page */
function drawn(page) {
  return page.waitForFunction(
    () => {
      const canvas = /** @type {HTMLElement | null} */ (document.querySelector(".canvas"));
      return canvas?.ariaBusy === "false" && canvas.dataset.missing === "0" && canvas.dataset.tiles !== "0";
    },
    undefined,
    { timeout: PATIENCE },
  );
}

/** @param {{ bytes: number }[]} all */
function sum(all) {
  return all.reduce((bytes, each) => bytes + each.bytes, 0);
}

/** What weighs most. @param {{ path: string, bytes: number }[]} all */
function listed(all) {
  const largest = [...all].sort((a, b) => b.bytes - a.bytes).slice(0, 4);
  const names = largest.map(({ path, bytes }) => `${path.split("/").pop() || "html"} ${bytes}`);
  return `${all.length} files, the largest ${names.join(", ")}`;
}
