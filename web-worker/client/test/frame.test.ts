// Frames, against what the Rust crate `protocol` says of the same bytes.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Frame, FrameError, FrameReader, type Header, readFrame, writeFrame } from "../src/frame.ts";

type Vector = { name: string; bytes: string } & (
  | { header: Header & { payloads?: number[] }; payloads: string[] }
  | { refused: true }
);

const file = new URL("vectors/frames.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vector[];
const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Reads frames from chunks of `size` bytes. */
function readInChunks(bytes: Uint8Array, size: number): Frame[] {
  const reader = new FrameReader();
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at += size) frames.push(...reader.push(bytes.subarray(at, at + size)));
  reader.end();
  return frames;
}

describe.each(vectors.filter((vector) => "header" in vector))("$name", ({ bytes, header, payloads }) => {
  const { payloads: lengths, ...rest } = header;

  test("is read", () => {
    const frame = readFrame(bytesOf(bytes));
    expect(frame.header).toEqual(rest);
    expect(frame.payloads.map(hex)).toEqual(payloads);
    expect(frame.payloads.map((payload) => payload.length)).toEqual(lengths ?? []);
  });

  test("is written to the same bytes", () => {
    // In the order of the vector's own JSON: that of its keys is the writer's.
    const { header } = readFrame(bytesOf(bytes));
    expect(hex(writeFrame(header, payloads.map(bytesOf)))).toBe(bytes);
  });

  test.each([1, 7, 16, 100_000])("is read in chunks of %i bytes", (size) => {
    const twice = new Uint8Array([...bytesOf(bytes), ...bytesOf(bytes)]);
    const frames = readInChunks(twice, size);
    expect(frames).toHaveLength(2);
    for (const frame of frames) {
      expect(frame.header).toEqual(rest);
      expect(frame.payloads.map(hex)).toEqual(payloads);
    }
  });
});

describe.each(vectors.filter((vector) => "refused" in vector))("$name", ({ bytes }) => {
  test("is refused", () => {
    expect(() => readFrame(bytesOf(bytes))).toThrow(FrameError);
  });
});

test("every truncation is refused", () => {
  const whole = writeFrame({ kind: "call", id: 1, operation: "echo", inputs: [{ payload: 0 }] }, [new Uint8Array(33)]);
  for (let length = 1; length < whole.length; length++) {
    expect(() => readFrame(whole.slice(0, length))).toThrow(FrameError);
    expect(() => readInChunks(whole.subarray(0, length), 5)).toThrow(FrameError);
  }
});

test("a large payload arrives whole", () => {
  const payload = new Uint8Array(9_000_001).map((_, index) => index * 7);
  const frame = writeFrame({ kind: "reply", id: 1, result: {} }, [payload, new Uint8Array([1])]);
  const [read] = readInChunks(frame, 65_536);
  expect(read?.payloads[0]?.length).toBe(payload.length);
  expect(Buffer.compare(read?.payloads[0] ?? new Uint8Array(), payload)).toBe(0);
  expect(read?.payloads[1]).toEqual(new Uint8Array([1]));
});

test("memory is taken for what arrives, not for what is claimed", () => {
  const claim = writeFrame({ kind: "reply", id: 1, result: {}, payloads: [2 ** 31] } as never);
  const before = process.memoryUsage().arrayBuffers;
  const reader = new FrameReader();
  expect(reader.push(claim)).toEqual([]);
  expect(reader.push(new Uint8Array(100))).toEqual([]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 << 20);
  expect(() => reader.end()).toThrow(FrameError);
});

test("a frame past the reader's maximum is refused by its header", () => {
  const claim = writeFrame({ kind: "reply", id: 1, result: {}, payloads: [600, 600] } as never);
  expect(() => new FrameReader(1000).push(claim)).toThrow("1000 are allowed");
});

test("a header that would be too long is not written", () => {
  const parameters = { text: "x".repeat(1 << 20) };
  expect(() => writeFrame({ kind: "call", id: 1, operation: "echo", parameters })).toThrow(FrameError);
});
