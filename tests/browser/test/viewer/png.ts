// Pictures whose every pixel the test knows: drawn by a function, written as PNG without any image library.

import { deflateSync } from "node:zlib";

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
