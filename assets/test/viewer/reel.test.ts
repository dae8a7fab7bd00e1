// The reel of an animation: which frames it asks for, and how many it holds.

import type { FramesResult, Reply } from "@locus/client";
import { expect, test } from "vitest";
import { type Holder, Reel } from "../../src/viewer/play/reel.ts";
import type { HeldRaster } from "../../src/viewer/raster/rasters.ts";

/** Holds nothing but the names of rasters, and counts them. */
function holder() {
  const held = new Set<number>();
  let next = 1;
  let most = 0;
  const rasters: Holder = {
    keep: ({ width, height, opaque }) => {
      const raster = { key: next++, width, height, opaque, bytes: width * height * 4 };
      held.add(raster.key);
      most = Math.max(most, held.size);
      return raster;
    },
    drop: ({ key }: HeldRaster) => {
      held.delete(key);
    },
    has: ({ key }: HeldRaster) => held.has(key),
  };
  return { rasters, held, most: () => most };
}

function reply(first: number, count: number, width: number, height: number, total: number): Reply<FramesResult> {
  const frames = Array.from({ length: count }, (_, payload) => ({
    duration_ms: 40,
    raster: {
      width,
      height,
      alpha: "opaque",
      planes: [{ name: "rgba", payload, row_bytes: width * 4 }],
    },
  }));
  const payloads = frames.map(() => new Uint8Array(4));
  return { result: { first, total, loops: 0, frames }, payloads } as unknown as Reply<FramesResult>;
}

function reel(width: number, height: number, total: number, few = Number.POSITIVE_INFINITY) {
  const { rasters, held, most } = holder();
  const asked: [number, number][] = [];
  const failures: unknown[] = [];
  const made = new Reel(
    rasters,
    async (first, count) => {
      asked.push([first, count]);
      return reply(first, Math.min(count, few), width, height, total);
    },
    { width, height },
    Array.from({ length: total }, () => 40),
    (error) => failures.push(error),
  );
  return { reel: made, asked, held, most, failures };
}

const settled = () => new Promise((wake) => setTimeout(wake, 5));

test("an animation that fits is decoded once, however often it plays", async () => {
  const { reel: made, asked, held } = reel(100, 100, 24);
  for (let frame = 0; frame < 72; frame++) {
    made.seek(frame % 24);
    await settled();
    expect(made.get(frame % 24), `frame ${frame}`).toBeDefined();
  }
  expect(held.size).toBe(24);
  expect(asked.reduce((sum, [, count]) => sum + count, 0)).toBe(24);
});

test("of a long one only a part is held, and it is always ahead of what plays", async () => {
  const total = 200;
  const { reel: made, held, most } = reel(2000, 1500, total);
  // 12 MB a frame: 16 fit the budget of 192 MiB, and one reply more may just have come.
  for (let frame = 0; frame < 2 * total; frame++) {
    made.seek(frame % total);
    await settled();
    expect(made.get(frame % total), `frame ${frame}`).toBeDefined();
    expect(held.size).toBeLessThanOrEqual(16);
  }
  expect(most()).toBeLessThanOrEqual(21);
});

test("replies with fewer frames than asked for are asked on from there", async () => {
  const { reel: made, asked } = reel(100, 100, 10, 2);
  made.seek(0);
  await settled();
  await settled();
  for (let frame = 0; frame < 10; frame++) expect(made.get(frame)).toBeDefined();
  expect(asked.map(([first]) => first)).toEqual([0, 2, 4, 6, 8]);
});

test("a jump is served before what was under way", async () => {
  const { reel: made } = reel(2000, 1500, 200);
  const far = await made.frame(150);
  expect(far.width).toBe(2000);
  expect(made.get(150)).toBe(far);
});

test("what ends lets everything go", async () => {
  const { reel: made, held } = reel(100, 100, 24);
  made.seek(0);
  await settled();
  made.end();
  expect(held.size).toBe(0);
});
