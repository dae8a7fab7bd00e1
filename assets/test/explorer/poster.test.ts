// The parts of a poster that need no worker: how it is cut, how it becomes a PNG, and what the PNG says of itself.

import { inflateSync, crc32 as reference } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Paint, Painter } from "../../src/explorer/colours/colour.ts";
import { type Mode, modes } from "../../src/explorer/colours/modes.ts";
import { palettes } from "../../src/explorer/palettes.ts";
import { geometry, moved, parts, type Size, tileHeight, tileWidth } from "../../src/explorer/poster/bands.ts";
import { crc32 } from "../../src/explorer/poster/chunks.ts";
import { readParameters } from "../../src/explorer/poster/parameters.ts";
import { margins, Press } from "../../src/explorer/poster/press.ts";
import { inside } from "../../src/explorer/tiles.ts";
import { untuned } from "../../src/explorer/tuning.ts";

describe("parts", () => {
  test.each([
    [1, 1],
    [tileWidth, tileHeight],
    [tileWidth + 1, 2 * tileHeight - 1],
    [1700, 900],
  ])("of %i × %i pixels cover each once, in order", (width, height) => {
    const seen = new Uint8Array(width * height);
    let last = 0;
    for (const part of parts({ width, height })) {
      expect(part.band).toBe(Math.floor(part.y / tileHeight));
      expect(part.band).toBeGreaterThanOrEqual(last);
      last = part.band;
      for (let y = part.y; y < part.y + part.height; y++) {
        for (let x = part.x; x < part.x + part.width; x++) {
          const at = y * width + x;
          seen[at] = (seen[at] as number) + 1;
        }
      }
    }
    expect(seen.every((times) => times === 1)).toBe(true);
  });

  test.each([
    ["0", 0, "1", "0e-1"],
    ["0", 1, "1", "5e-1"],
    ["-0.75", -3, "0.5", "-1500e-3"],
    ["1.5e3", 2, "-2e1", "14800e-1"],
    ["+.5", 1, "1e-4", "50005e-5"],
    ["-0.743643887037158704752191506114774", 16383, "1.3e-31", "-743643887037158704752191505049879e-33"],
  ])("%s and %i halves of %s", (start, halves, step, sum) => {
    const value = (text: string) => {
      const [digits = "", places = "0"] = text.split("e-");
      return BigInt(digits) * 10n ** BigInt(60 - Number(places));
    };
    expect(value(moved(start, halves, step))).toBe(value(sum));
  });

  test("what is no number is said to be none", () => {
    for (const text of ["", ".", "1.2.3", "NaN", "1e", "0x10"]) expect(() => moved(text, 1, "1")).toThrow(RangeError);
  });

  test("stand where the poster's pixels do", () => {
    const size = { width: 700, height: 300 };
    const view = { center: { re: "-0.5", im: "0.25" }, step: "0.01", julia: { re: "0", im: "1" } };
    const value = ({ re, im }: { re: string; im: string }) => [Number(re), Number(im)];
    const [first, second, third] = [...parts(size)].map((part) => geometry(view, size, part, 1));
    // Pixel (0, 0) of the poster lies 349.5 and 149.5 pixels from its middle; the margin changes no place.
    expect(value(first?.center ?? view.center)).toEqual([-0.5 + 0.01 * (256 - 350), 0.25 + 0.01 * (150 - 128)]);
    expect(first).toMatchObject({ size: { width: 514, height: 258 }, step: "0.01", julia: { re: "0", im: "1" } });
    expect(value(second?.center ?? view.center)).toEqual([-0.5 + 0.01 * (606 - 350), 0.25 + 0.01 * (150 - 128)]);
    expect(third?.size).toEqual({ width: 514, height: 46 });
  });
});

/** Planes without seams anywhere: what a pixel has depends on its place alone. */
function planes({ width, height }: Size, left: number, top: number) {
  const count = new Uint32Array(width * height);
  const [fraction, distance, angle] = [0, 0, 0].map(() => new Float32Array(width * height)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let at = 0; at < count.length; at++) {
    const x = left + (at % width);
    const y = top + Math.floor(at / width);
    count[at] = (x * 7 + y * 3) % 101 === 0 ? inside : 20 + Math.floor(x / 3) + ((y * y) % 17);
    fraction[at] = ((x * 13 + y * 29) % 64) / 64;
    distance[at] = ((x * 5 + y * 11) % 97) / 8;
    angle[at] = ((x * 31 + y * 17) % 128) / 128;
  }
  return { count, fraction, distance, angle };
}

const paintOf = (mode: Mode): Paint => ({
  palette: palettes[2] ?? (palettes[0] as (typeof palettes)[number]),
  tuning: untuned,
  mode,
  ranks: Float32Array.from({ length: 2048 }, (_, at) => at / 2048),
});
const level = 7;

/** A poster of such planes, its tiles in a shuffled order. */
async function pressed(size: Size, mode: Mode, parameters: object, seed = 1): Promise<Uint8Array<ArrayBuffer>> {
  const file: Uint8Array[] = [];
  const bands: number[] = [];
  const sheet = { size, paint: paintOf(mode), level, parameters };
  const press = new Press(
    sheet,
    async (bytes) => {
      file.push(bytes);
    },
    (count) => bands.push(count),
  );
  const margin = margins[mode];
  const all = [...parts(size)].map((part, index) => ({ part, key: (index * 7919 * seed) % 104729 }));
  all.sort((a, b) => a.key - b.key);
  await Promise.all(
    all.map(({ part: { x, y, width, height } }) => {
      const larger = { width: width + 2 * margin, height: height + 2 * margin };
      return press.add({ x, y, width, height, margin, ...planes(larger, x - margin, y - margin) });
    }),
  );
  await press.end();
  expect(bands).toEqual(Array.from({ length: Math.ceil(size.height / tileHeight) }, (_, at) => at + 1));
  return new Uint8Array(await new Blob(file as BlobPart[]).arrayBuffer());
}

/** A PNG's chunks, their checksums compared with another implementation's. */
function chunksOf(file: Uint8Array) {
  const bytes = Buffer.from(file);
  expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(reference(bytes.subarray(at + 4, at + 8 + length)));
    chunks.push({ type, data: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

/** Its pixels: red, green and blue. */
function decoded(file: Uint8Array): { size: Size; pixels: Buffer } {
  const chunks = chunksOf(file);
  const types = chunks.map(({ type }) => type);
  expect(types.slice(0, 3)).toEqual(["IHDR", "sRGB", "iTXt"]);
  expect(new Set(types.slice(3, -1))).toEqual(new Set(["IDAT"]));
  expect(types.at(-1)).toBe("IEND");
  const header = chunks[0]?.data ?? Buffer.alloc(13);
  expect([...header.subarray(8)]).toEqual([8, 2, 0, 0, 0]);
  const size = { width: header.readUInt32BE(0), height: header.readUInt32BE(4) };
  const rows = inflateSync(Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data)));
  const row = 3 * size.width;
  expect(rows.length).toBe(size.height * (row + 1));
  const pixels = Buffer.alloc(size.height * row);
  for (let y = 0; y < size.height; y++) {
    const filter = rows[y * (row + 1)];
    expect([0, 1]).toContain(filter);
    for (let at = 0; at < row; at++) {
      const left = filter === 1 && at >= 3 ? (pixels[y * row + at - 3] ?? 0) : 0;
      pixels[y * row + at] = (rows[y * (row + 1) + 1 + at] ?? 0) + left;
    }
  }
  return { size, pixels };
}

describe("a poster as PNG", () => {
  test.each(modes)("has the painter's colours in the mode %s, however it is cut", async (mode) => {
    const size = { width: 2 * tileWidth + 37, height: 2 * tileHeight + 5 };
    const { size: found, pixels } = decoded(await pressed(size, mode, {}));
    expect(found).toEqual(size);
    // Painted as one, with neighbours all around.
    const side = size.width + 2;
    const whole = planes({ width: side, height: size.height + 2 }, -1, -1);
    const expected = new Uint32Array(side * size.height);
    new Painter(paintOf(mode)).rows({ side, level, ...whole }, 1, size.height, expected);
    let wrong = 0;
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        const colour = expected[y * side + x + 1] as number;
        const at = 3 * (y * size.width + x);
        const same = [0, 1, 2].every((part) => pixels[at + part] === ((colour >> (8 * part)) & 255));
        if (!same) wrong++;
      }
    }
    expect(wrong).toBe(0);
  });

  test("is the same in whatever order its tiles come", async () => {
    const size = { width: 3 * tileWidth, height: 3 * tileHeight + 1 };
    const [one, other] = [await pressed(size, "slope", {}, 1), await pressed(size, "slope", {}, 3571)];
    expect(Buffer.compare(one, other)).toBe(0);
  });

  test("of one pixel is whole", async () => {
    expect(decoded(await pressed({ width: 1, height: 1 }, "angle", {})).pixels).toHaveLength(3);
  });

  test("waits for whoever takes its bytes", async () => {
    // Colours that hardly compress, so that there are several chunks.
    const size = { width: 4 * tileWidth, height: 12 * tileHeight };
    let release: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    let taken = 0;
    let written = 0;
    const sheet = { size, paint: paintOf("angle"), level, parameters: {} };
    const press = new Press(
      sheet,
      async () => {
        taken++;
        if (taken > 1) await blocked;
      },
      (bands) => {
        written = bands;
      },
    );
    const noise = new Float32Array(tileWidth * tileHeight).map(() => Math.random());
    const count = new Uint32Array(noise.length).fill(9);
    const adding = [...parts(size)].map(({ x, y, width, height }) =>
      press.add({ x, y, width, height, margin: 0, count, fraction: noise, angle: noise }),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    const held = written;
    expect(held).toBeLessThan(12);
    release();
    await Promise.all(adding);
    await press.end();
    expect(written).toBe(12);
    expect(taken).toBeGreaterThan(3);
  });

  test("tells when nobody takes its bytes", async () => {
    const size = { width: 64, height: 64 };
    const sheet = { size, paint: paintOf("smooth"), level, parameters: {} };
    const press = new Press(
      sheet,
      async () => {
        throw new Error("the disk is full");
      },
      () => undefined,
    );
    const adding = press.add({ x: 0, y: 0, ...size, margin: 0, ...planes(size, 0, 0) }).then(() => press.end());
    await expect(adding).rejects.toThrow("the disk is full");
  });
});

describe("parameters", () => {
  const parameters = { re: "-0.75", palette: "dämmrig ☾", nested: { limit: 1000 } };

  test("come back from the file", async () => {
    const file = await pressed({ width: 8, height: 8 }, "smooth", parameters);
    expect(await readParameters(new Blob([file]))).toEqual(parameters);
  });

  test("are not there in other files", async () => {
    const file = await pressed({ width: 8, height: 8 }, "smooth", parameters);
    const chunks = chunksOf(file);
    const at = 8 + chunks.slice(0, 2).reduce((sum, { data }) => sum + 12 + data.length, 0);
    const length = 12 + (chunks[2]?.data.length ?? 0);
    const without = Buffer.concat([file.subarray(0, at), file.subarray(at + length)]);
    expect(chunksOf(without)).toHaveLength(chunks.length - 1);
    const damaged = file.slice();
    damaged[at + 30] = 0x20;
    for (const bytes of [without, damaged, file.subarray(0, at + 20), file.subarray(1), new Uint8Array(0)]) {
      expect(await readParameters(new Blob([bytes as BlobPart]))).toBeUndefined();
    }
  });

  test("are found behind other chunks, and never beyond the pixels", async () => {
    const file = await pressed({ width: 8, height: 8 }, "smooth", parameters);
    const chunk = (type: string, text: string) => {
      const bytes = Buffer.alloc(12 + text.length);
      bytes.writeUInt32BE(text.length, 0);
      bytes.write(type + text, 4, "latin1");
      bytes.writeUInt32BE(reference(bytes.subarray(4, 8 + text.length)), 8 + text.length);
      return bytes;
    };
    const header = file.subarray(0, 33);
    const rest = file.subarray(33);
    const more = Buffer.concat([header, chunk("tEXt", "locus\0{}"), chunk("iTXt", "Title\0\0\0\0\0hello"), rest]);
    expect(await readParameters(new Blob([more]))).toEqual(parameters);
    const behind = Buffer.concat([header, chunk("IDAT", ""), rest]);
    expect(await readParameters(new Blob([behind]))).toBeUndefined();
  });

  test("checksums are those of everyone", () => {
    for (const text of ["", "a", "123456789", "ä".repeat(1000)]) {
      expect(crc32(new TextEncoder().encode(text))).toBe(reference(text));
    }
  });
});
