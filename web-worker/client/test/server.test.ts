// What the server's transport learns of the server: what it has, what it has
// kept, and how long things took.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Uploads } from "../src/blobs/uploads.ts";
import { CONTENT_TYPE, type Header, writePrefix } from "../src/frame.ts";
import type { Estimate } from "../src/generated/index.ts";
import { Health } from "../src/transports/health.ts";
import { ServerTransport } from "../src/transports/server.ts";
import type { InputData, Request } from "../src/transports/transport.ts";

/** Answers of the server, the next one first. */
let answers: (() => Response)[];
let uploaded: number;

beforeEach(() => {
  answers = [];
  uploaded = 0;
  vi.stubGlobal("fetch", async () => {
    const answer = answers.shift();
    if (!answer) throw new TypeError("nobody answers");
    return answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

function answer(header: Partial<Header> & { result?: object }, timing = "queue;dur=0, run;dur=1", status = 200) {
  const body = writePrefix({ kind: "reply", id: 0, ...header } as Header, []);
  const headers = { "content-type": CONTENT_TYPE, "server-timing": timing };
  return () => new Response(body, { status, headers });
}

function transport(): ServerTransport {
  const uploads = new Uploads(
    "http://test/v1/blobs/",
    async ({ to, onSent }) => {
      uploaded += 1;
      onSent(to);
      return { status: 201, offset: undefined };
    },
    async () => ({ status: 202, offset: 0 }),
  );
  const keeper = { digest: async (blob: Blob) => `sha256:${blob.size}`, uploads };
  return new ServerTransport("http://test/v1/", new Health(undefined, () => {}), keeper);
}

const estimate: Estimate = { units_cold: 1e9, units_warm: 1e6, peak_bytes: 0, reply_bytes: 0, parallel: false };

function request(input: InputData, more: Partial<Request> = {}): Request {
  return {
    operation: "decode",
    parameters: {},
    inputs: [input],
    limits: {},
    deadlineMs: 10_000,
    priority: 0,
    estimate,
    signal: undefined,
    onBegun() {},
    onProgress() {},
    ...more,
  };
}

test("a large blob is there and kept once a call has used it", async () => {
  const server = transport();
  const blob = new Blob([new Uint8Array(100_000)]);
  expect([server.has(blob), server.holds(blob)]).toEqual([false, false]);
  answers = [answer({ result: {} }, "queue;dur=1, run;dur=900")];
  const first = await server.call(request(blob));
  expect([server.has(blob), server.holds(blob), server.holds(blob, "encode")]).toEqual([true, true, false]);
  expect(first.sent?.bytes).toBe(100_000);
  // Another object with the same bytes may be anything.
  expect(server.has(new Blob([blob]))).toBe(false);
  answers = [answer({ result: {} }, "queue;dur=1, run;dur=2")];
  const second = await server.call(request(blob));
  expect(second.sent).toBeUndefined();
  expect(second.round_ms).toBeGreaterThanOrEqual(0);
  expect([uploaded, server.holds(blob)]).toEqual([1, true]);
});

test("a server that asks for a blob has lost what it made of it", async () => {
  const server = transport();
  const blob = new Blob([new Uint8Array(100_000)]);
  answers = [answer({ result: {} })];
  await server.call(request(blob));
  expect(server.has(blob)).toBe(true);
  const lacks = answer({ error: { code: "need_blob", message: "it is not here" } } as object, "", 404);
  answers = [lacks, answer({ error: { code: "invalid_input", message: "no" } } as object)];
  await expect(server.call(request(blob))).rejects.toMatchObject({ code: "invalid_input" });
  expect([uploaded, server.has(blob), server.holds(blob)]).toEqual([2, true, false]);
});

test("small inputs, and buffers, are never there", async () => {
  const server = transport();
  for (const input of [new Blob([new Uint8Array(1000)]), new Uint8Array(100_000)]) {
    answers = [answer({ result: {} })];
    await server.call(request(input));
    expect([server.has(input), server.holds(input)]).toEqual([false, false]);
  }
});

test("what a server has kept is believed for a limited time", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const server = transport();
    const blob = new Blob([new Uint8Array(100_000)]);
    answers = [answer({ result: {} })];
    await server.call(request(blob));
    vi.advanceTimersByTime(20_000);
    expect(server.holds(blob)).toBe(true);
    vi.advanceTimersByTime(20_000);
    expect([server.has(blob), server.holds(blob)]).toEqual([true, false]);
  } finally {
    vi.useRealTimers();
  }
});
