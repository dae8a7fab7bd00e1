// The estimates in a wasm of their own: small, said without the codec, and
// what the codec says.

import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { type ReplyHeader, readFrame, writeFrame } from "@locus/client/frame";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Case, corpus } from "../corpus.ts";
import { launch, open, type Served, serve } from "../harness.ts";

const root = resolve(import.meta.dirname, "../../..");
/** Bytes that clients send of an input. */
const HEAD = 64 << 10;

let browser: Browser;
let server: Served;
beforeAll(async () => {
  browser = await launch();
  server = await serve();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

/** What native codec-core says; `undefined` where it has no estimate. */
function native({ operation, parameters, inputs }: Case): unknown {
  const frame = writeFrame(
    {
      kind: "estimate",
      id: 1,
      operation,
      parameters,
      inputs: inputs.map((file, payload) => ({ payload, length: statSync(file).size })),
    },
    inputs.map(headOf),
  );
  const reply = execFileSync(join(root, "target/release/examples/answer"), { input: frame, maxBuffer: 2 ** 20 });
  return (readFrame(new Uint8Array(reply)).header as ReplyHeader).result;
}

function headOf(path: string): Uint8Array {
  const head = Buffer.alloc(Math.min(HEAD, statSync(path).size));
  const file = openSync(path, "r");
  readSync(file, head, 0, head.length, 0);
  closeSync(file);
  return new Uint8Array(head);
}

test("what is said in the page is what the codec says, and the codec is not loaded for it", async () => {
  const page = await open(browser, server.origin);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  let told = 0;
  for (const subject of corpus()) {
    const { operation, parameters, inputs } = subject;
    await page.setInputFiles("#files", inputs);
    const estimate = await page.evaluate(
      ({ operation, parameters }) => {
        const files = [...(document.querySelector<HTMLInputElement>("#files")?.files ?? [])];
        return window.locus.estimate(operation, parameters, files);
      },
      { operation, parameters: parameters as never },
    );
    expect(estimate, subject.name).toEqual(native(subject));
    if (estimate) told++;
  }
  expect(told).toBeGreaterThan(20);
  expect(asked.filter((path) => path.includes("/codec/estimates-")).length).toBe(1);
  expect(asked.filter((path) => /\/codec\/(plain|threads)-/.test(path))).toEqual([]);
  await page.context().close();
});

test("bytes are told of as files are, and views by what they show", async () => {
  const page = await open(browser, server.origin);
  const png = readFileSync(join(root, "codec-core/tests/corpus/photo.png")).toString("base64");
  const [file, buffer, view] = await page.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
    const wide = new Uint8Array(bytes.length + 10);
    wide.set(bytes, 5);
    const inputs = [new Blob([bytes]), bytes.buffer, wide.subarray(5, 5 + bytes.length)];
    return Promise.all(inputs.map((input) => window.locus.estimate("image.decode", {}, [input])));
  }, png);
  expect(file).toMatchObject({ reply_bytes: expect.any(Number) });
  expect(buffer).toEqual(file);
  expect(view).toEqual(file);
  await page.context().close();
});

// An instance that is new has little memory, and gets more while it answers.
test("the first one that is told may be of a large file", async () => {
  const sample = join(root, "assets/samples/island.jxl");
  const page = await open(browser, server.origin);
  await page.setInputFiles("#files", sample);
  const estimate = await page.evaluate(() => window.locus.estimate("image.decode", {}, [window.chosen()]));
  const subject: Case = {
    name: "",
    operation: "image.decode",
    parameters: {},
    inputs: [sample],
    equality: "exact",
    native: "exact",
  };
  expect(estimate).toEqual(native(subject));
  expect(estimate).toMatchObject({ parallel: true });
  await page.context().close();
});

test("where it can't be loaded, calls do without", async () => {
  const page = await open(browser, server.origin);
  await page.route("**/codec/estimates-*/**", (route) => route.abort());
  const ended = await page.evaluate(async () => {
    const before = await window.locus.estimate("echo", {}, [new Uint8Array(5)]);
    const { value } = await window.settled(window.locus.call("echo", {}, [new Uint8Array(5)], { prefer: "auto" }));
    return { before, result: value?.result };
  });
  expect(ended).toEqual({ before: undefined, result: { bytes: 5 } });
  await page.context().close();
});

test("an aborted estimate says so", async () => {
  const page = await open(browser, server.origin);
  const ended = await page.evaluate(() => {
    const gone = AbortSignal.abort();
    return window.settled(window.locus.estimate("echo", {}, [], gone));
  });
  expect(ended.code).toBe("AbortError");
  await page.context().close();
});

test("it has at most 100,000 bytes, compressed", () => {
  const folder = join(root, "assets/public/codec");
  const builds = JSON.parse(readFileSync(join(folder, "builds.json"), "utf8")) as { estimates: string };
  const wasm = readFileSync(join(folder, builds.estimates, "locus_estimates.wasm"));
  // As `assets/precompress.ts` does.
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length,
    [constants.BROTLI_PARAM_LGWIN]: 24,
  };
  expect(brotliCompressSync(wasm, { params }).length).toBeLessThanOrEqual(100_000);
});
