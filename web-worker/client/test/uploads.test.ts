// What uploads ask of the server, and what they do when it drops them.

import { beforeEach, expect, test, vi } from "vitest";
import type { Answered, Bytes } from "../src/blobs/send.ts";
import { NotKept, Uploads } from "../src/blobs/uploads.ts";

/** A server's store, of which the test says when it breaks. */
class FakeStore {
  whole = new Set<string>();
  arrived = new Map<string, number>();
  asked = 0;
  requests: { from: number; bytes: number }[] = [];
  /** Bytes after which each of the next connections drops. */
  drops: number[] = [];
  /** What it says to each of the next requests instead of taking them. */
  says: Answered[] = [];
  reachable = true;
  /** Each request waits for it. */
  gate: Promise<unknown> = Promise.resolve();

  ask = async (url: string): Promise<Answered> => {
    this.asked++;
    if (!this.reachable) throw new TypeError("failed to fetch");
    if (this.whole.has(url)) return { status: 200, offset: undefined };
    return this.says.shift() ?? { status: 202, offset: this.arrived.get(url) ?? 0 };
  };

  send = async ({ url, blob, from, to, signal, onSent }: Bytes): Promise<Answered> => {
    await this.gate;
    if (signal.aborted) throw new DOMException("stopped", "AbortError");
    const said = this.says.shift();
    if (said) return said;
    if (from !== (this.arrived.get(url) ?? 0)) return { status: 409, offset: this.arrived.get(url) ?? 0 };
    const bytes = Math.min(this.drops[0] ?? Infinity, to - from);
    this.requests.push({ from, bytes });
    onSent(bytes);
    this.arrived.set(url, from + bytes);
    if (this.drops.shift() !== undefined) throw new TypeError("network");
    if (to < blob.size) return { status: 202, offset: to };
    this.whole.add(url);
    return { status: 201, offset: undefined };
  };
}

let store: FakeStore;
let uploads: Uploads;
const blob = new Blob([new Uint8Array(1000)]);
beforeEach(() => {
  store = new FakeStore();
  uploads = new Uploads("/v1/blobs/", store.send, store.ask);
  vi.useFakeTimers();
  return () => void vi.useRealTimers();
});

function wish() {
  const progress: number[] = [];
  const stop = new AbortController();
  return { progress, stop, signal: stop.signal, onProgress: (bytes: number) => void progress.push(bytes) };
}

/** Lets an upload wait without anybody waiting. */
async function soon<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  await vi.runAllTimersAsync();
  return promise;
}

test("a blob goes once, and the server is not asked again", async () => {
  const first = wish();
  expect(await uploads.ensure("a", blob, first)).toBe(1000);
  expect(first.progress).toEqual([0, 1000]);
  expect(await uploads.ensure("a", blob, wish())).toBe(0);
  expect(store.asked).toBe(1);
  uploads.forget("a");
  const again = wish();
  expect(await uploads.ensure("a", blob, again)).toBe(0);
  expect([store.asked, store.requests.length, again.progress]).toEqual([2, 1, []]);
});

test("calls that need the same blob share its upload, and its bytes are counted once", async () => {
  let open = () => {};
  store.gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const wishes = [wish(), wish(), wish()];
  const all = wishes.map((wish) => uploads.ensure("a", blob, wish));
  await vi.runAllTimersAsync();
  open();
  expect((await Promise.all(all)).sort((a, b) => a - b)).toEqual([0, 0, 1000]);
  expect(store.requests).toHaveLength(1);
  for (const { progress } of wishes) expect(progress.at(-1)).toBe(1000);
});

test("an upload goes on where the connection dropped", async () => {
  store.drops = [300, 200];
  const one = wish();
  expect(await soon(uploads.ensure("a", blob, one))).toBe(1000);
  expect(store.requests).toEqual([
    { from: 0, bytes: 300 },
    { from: 300, bytes: 200 },
    { from: 500, bytes: 500 },
  ]);
  expect(one.progress).toEqual([0, 300, 300, 500, 500, 1000]);
});

test("a large blob goes in pieces", async () => {
  const large = new Blob([new Uint8Array(60 << 20)]);
  const one = wish();
  expect(await uploads.ensure("a", large, one)).toBe(60 << 20);
  const { requests } = store;
  expect(requests[0]).toEqual({ from: 0, bytes: 4 << 20 });
  expect(requests.length).toBeGreaterThan(4);
  let end = 0;
  for (const { from, bytes } of requests) {
    expect(from).toBe(end);
    expect(bytes).toBeLessThanOrEqual(16 << 20);
    end += bytes;
  }
  expect(one.progress.at(-1)).toBe(60 << 20);
  expect(one.progress).toEqual([...one.progress].sort((a, b) => a - b));
});

test("bytes that never match their digest are given up", async () => {
  store.says = [{ status: 202, offset: 0 }, ...Array.from({ length: 9 }, () => ({ status: 409, offset: 0 }))];
  await expect(uploads.ensure("a", blob, wish())).rejects.toBeInstanceOf(NotKept);
  expect(store.says).toHaveLength(7);
});

test("what the server has of an earlier visit is not sent again", async () => {
  store.arrived.set("/v1/blobs/a", 900);
  expect(await uploads.ensure("a", blob, wish())).toBe(100);
});

test("when what had arrived was wrong, it begins again", async () => {
  store.arrived.set("/v1/blobs/a", 900);
  store.says = [
    { status: 202, offset: 900 },
    { status: 409, offset: 0 },
  ];
  const ensured = uploads.ensure("a", blob, wish());
  store.arrived.delete("/v1/blobs/a");
  expect(await ensured).toBe(1000);
  expect(store.requests).toEqual([{ from: 0, bytes: 1000 }]);
});

test("an upload that comes no further is given up", async () => {
  store.drops = [0, 0, 0, 0, 0, 0, 0, 0];
  await expect(soon(uploads.ensure("a", blob, wish()))).rejects.toMatchObject({ code: "unavailable" });
  expect(store.requests).toHaveLength(4);
  // The next call tries anew.
  store.drops = [];
  expect(await uploads.ensure("a", blob, wish())).toBe(1000);
});

test("a server that is away is not waited for", async () => {
  store.reachable = false;
  await expect(uploads.ensure("a", blob, wish())).rejects.toMatchObject({ code: "unavailable" });
  expect(store.asked).toBe(1);
});

test.each([404, 413, 422, 503, 507])("a server that says %i keeps it not", async (status) => {
  store.says = [{ status, offset: undefined }];
  await expect(uploads.ensure("a", blob, wish())).rejects.toBeInstanceOf(NotKept);
  store.says = [
    { status: 202, offset: 0 },
    { status, offset: undefined },
  ];
  await expect(uploads.ensure("a", blob, wish())).rejects.toBeInstanceOf(NotKept);
});

test("an upload is stopped when nobody wants it any more, and not before", async () => {
  let open = () => {};
  store.gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const [first, second] = [wish(), wish()];
  const one = uploads.ensure("a", blob, first);
  const two = uploads.ensure("a", blob, second);
  await vi.runAllTimersAsync();
  first.stop.abort();
  await expect(one).rejects.toMatchObject({ name: "AbortError" });
  open();
  expect(await two).toBe(1000);

  store.gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const third = wish();
  const three = uploads.ensure("b", blob, third);
  await vi.runAllTimersAsync();
  third.stop.abort();
  await expect(three).rejects.toMatchObject({ name: "AbortError" });
  // One that comes right then has its own.
  const four = uploads.ensure("b", blob, wish());
  open();
  expect(await four).toBe(1000);
  expect(store.requests).toHaveLength(2);
});
