// upload: what goes up for a picture of 20 MB that is looked at on the server through 50 calls and one reload of the page.
// Counted between the browser and the server: all bytes that go up, requests and headers included.
//
//     node tests/bench/upload.js RUNS ADDRESS

import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { launch, progress, report } from "./chromium.js";

const [runs = "7", address = ""] = process.argv.slice(2);
/** Before the reload, and after it. */
const CALLS = [25, 25];
/** Pixels each way: 3 bytes a pixel make 20 MB. */
const SIDE = 2582;

const folder = mkdtempSync(join(tmpdir(), "locus-bench-upload-"));
const wire = await between(address);
const browser = await launch();
/** @type {number[]} */
const samples = [];
try {
  for (let run = 1; run <= Number(runs); run++) {
    // Another one each time: the server keeps what it has seen.
    const picture = join(folder, `${run}.png`);
    writeFileSync(picture, noise(SIDE));
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(wire.origin);
    await page.waitForFunction(() => document.title === "ready");
    const before = wire.up;
    for (const [at, calls] of CALLS.entries()) {
      if (at > 0) await page.reload();
      await page.setInputFiles("input", picture);
      await page.waitForFunction(() => document.title === "ready");
      await page.evaluate((parts) => window.look(parts), calls);
    }
    const ratio = (wire.up - before) / statSync(picture).size;
    progress(`${run}/${runs}: ${wire.up - before} bytes went up, ${ratio.toFixed(4)} of the picture`);
    samples.push(ratio);
    await context.close();
    rmSync(picture);
  }
  const note = `a PNG of ${(SIDE * SIDE * 3) / 1e6} MB, ${CALLS.join(" + ")} calls around a reload`;
  report({ case: "20mb", metric: "moved_over_size", unit: "×", place: "server", samples, note });
} finally {
  await browser.close();
  wire.close();
  rmSync(folder, { recursive: true });
}

/** What stands between the browser and the server, and counts what goes up. @param {string} address */
async function between(address) {
  const { hostname, port } = new URL(`http://${address}`);
  const counted = { up: 0, origin: "", close: () => server.close() };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    client.on("data", (bytes) => {
      counted.up += bytes.length;
    });
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
  const own = server.address();
  if (!own || typeof own === "string") throw new Error("no port");
  counted.origin = `http://127.0.0.1:${own.port}`;
  return counted;
}

/** A PNG of noise, which nothing makes smaller. @param {number} side */
function noise(side) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // 8 bits a sample, RGB.
  header.set([8, 2], 8);
  const row = 1 + 3 * side;
  const rows = randomBytes(row * side);
  // Each row begins with its filter: none.
  for (let y = 0; y < side; y++) rows[y * row] = 0;
  const chunks = [
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 0 })),
    chunk("IEND", Buffer.alloc(0)),
  ];
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...chunks]);
}

/** @param {string} kind @param {Buffer} data */
function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, "latin1"), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  body.copy(whole, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}
