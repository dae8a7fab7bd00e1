// Pictures whose every pixel the test knows: drawn by a function, written as PNG without any image library.

import { deflateSync, inflateSync } from "node:zlib";

export interface Drawn {
  width: number;
  height: number;
  /** RGBA, 8 bits, straight alpha, row-major. */
  pixels: Uint8Array;
}

export type Paint = (x: number, y: number) => readonly [number, number, number, number?];

export function draw(width: number, height: number, paint: Paint): Drawn {
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const [red, green, blue, alpha = 255] = paint(x, y);
      pixels[at] = red;
      pixels[at + 1] = green;
      pixels[at + 2] = blue;
      pixels[at + 3] = alpha;
    }
  }
  return { width, height, pixels };
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  let crc = 0xffffffff;
  for (const byte of body) crc = (crcTable[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE((crc ^ 0xffffffff) >>> 0);
  return Buffer.concat([length, body, check]);
}

/** RGB when every pixel is opaque, else RGBA; marked as sRGB. */
export function png({ width, height, pixels }: Drawn): Buffer {
  let opaque = true;
  for (let at = 3; at < pixels.length && opaque; at += 4) opaque = pixels[at] === 255;
  const channels = opaque ? 3 : 4;
  const rows = Buffer.alloc(height * (1 + width * channels));
  for (let y = 0, from = 0, to = 0; y < height; y++) {
    to++;
    for (let x = 0; x < width; x++, from += 4) {
      for (let c = 0; c < channels; c++) rows[to++] = pixels[from + c] as number;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, opaque ? 2 : 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("sRGB", Buffer.from([0])),
    chunk("IDAT", deflateSync(rows, { level: 1 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Every neighbour differs, so that a shift by one pixel or any filter shows at once. */
export const busy: Paint = (x, y) => [(x * 7 + y * 3) & 255, (x ^ y) & 255, (x * y + 31 * y) & 255];

/** One colour, for telling pictures apart. */
export function plain(red: number, green: number, blue: number): Paint {
  return () => [red, green, blue];
}

/** An animated PNG of opaque frames of one size. `plays` 0 is for ever. */
export function apng(frames: readonly Drawn[], milliseconds: number, plays: number): Buffer {
  const [first] = frames;
  if (!first) throw new Error("an animation needs a frame");
  const { width, height } = first;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const control = Buffer.alloc(8);
  control.writeUInt32BE(frames.length, 0);
  control.writeUInt32BE(plays, 4);
  let sequence = 0;
  const parts = frames.flatMap(({ pixels }, index) => {
    const frame = Buffer.alloc(26);
    frame.writeUInt32BE(sequence++, 0);
    frame.writeUInt32BE(width, 4);
    frame.writeUInt32BE(height, 8);
    frame.writeUInt16BE(milliseconds, 20);
    frame.writeUInt16BE(1000, 22);
    const rows = Buffer.alloc(height * (1 + width * 3));
    for (let y = 0, from = 0, to = 0; y < height; y++) {
      to++;
      for (let x = 0; x < width; x++, from += 4) {
        for (let c = 0; c < 3; c++) rows[to++] = pixels[from + c] as number;
      }
    }
    const data = deflateSync(rows, { level: 1 });
    if (index === 0) return [chunk("fcTL", frame), chunk("IDAT", data)];
    const number = Buffer.alloc(4);
    number.writeUInt32BE(sequence++);
    return [chunk("fcTL", frame), chunk("fdAT", Buffer.concat([number, data]))];
  });
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("acTL", control),
    chunk("sRGB", Buffer.from([0])),
    ...parts,
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A PNG of 8 bits, RGB or RGBA, not interlaced, as pixels. */
export function readPng(file: Buffer): Drawn {
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  const type = file[25];
  if (file[24] !== 8 || (type !== 2 && type !== 6) || file[28] !== 0) throw new Error("another kind of PNG");
  const channels = type === 2 ? 3 : 4;
  const parts: Buffer[] = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    if (file.toString("latin1", at + 4, at + 8) !== "IDAT") continue;
    parts.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  }
  const rows = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const pixels = new Uint8Array(width * height * 4);
  const row = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)];
    const above = Uint8Array.from(y === 0 ? new Uint8Array(stride) : row);
    for (let x = 0; x < stride; x++) {
      const a = x < channels ? 0 : (row[x - channels] as number);
      const b = above[x] as number;
      const c = x < channels ? 0 : (above[x - channels] as number);
      const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
      const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      const guess = [0, a, b, (a + b) >> 1, paeth][filter ?? 0] as number;
      row[x] = (rows[y * (stride + 1) + 1 + x] as number) + guess;
    }
    for (let x = 0; x < width; x++) {
      pixels.set(row.subarray(x * channels, x * channels + channels), (y * width + x) * 4);
      if (channels === 3) pixels[(y * width + x) * 4 + 3] = 255;
    }
  }
  return { width, height, pixels };
}
