// Palettes: rings without an edge, in colours that can be told apart.

import { expect, test } from "vitest";
import { paletteOf, palettes, table, tableSize } from "../../src/explorer/palettes.ts";

test.each(palettes)("$name is an opaque ring without an edge", (palette) => {
  const bytes = table(palette);
  expect(bytes.length).toBe(4 * tableSize);
  let largest = 0;
  for (let at = 0; at < tableSize; at++) {
    const next = (at + 1) % tableSize;
    for (let part = 0; part < 3; part++) {
      largest = Math.max(largest, Math.abs((bytes[4 * at + part] as number) - (bytes[4 * next + part] as number)));
    }
    expect(bytes[4 * at + 3]).toBe(255);
  }
  expect(largest).toBeLessThanOrEqual(6);
  const brightness = (at: number) =>
    (bytes[4 * at] as number) + (bytes[4 * at + 1] as number) + (bytes[4 * at + 2] as number);
  const all = Array.from({ length: tableSize }, (_, at) => brightness(at));
  expect(Math.max(...all) - Math.min(...all)).toBeGreaterThan(300);
});

test("names are unique, and an unknown one is the first", () => {
  expect(new Set(palettes.map(({ id }) => id)).size).toBe(palettes.length);
  expect(paletteOf("nothing")).toBe(palettes[0]);
  expect(paletteOf(null)).toBe(palettes[0]);
  for (const palette of palettes) expect(paletteOf(palette.id)).toBe(palette);
});
