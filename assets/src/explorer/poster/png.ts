/** A PNG as a stream: rows go in, the file's bytes come out, and only what is between them is held. */
import { chunk, signature } from "./chunks.ts";
import { parametersChunk } from "./parameters.ts";

/** Bytes of one pixel: red, green and blue. */
export const pixelBytes = 3;

/** How a row is written: as it is, or as differences from the pixel to the left (PNG specification, clause 9.2). */
export const filters = { none: 0, sub: 1 } as const;

/** Bytes of a row: its filter comes first. */
export function rowBytes(width: number): number {
  return 1 + pixelBytes * width;
}

/** Compressed bytes that make a chunk. */
const chunkBytes = 1 << 20;
/** Bytes that are compressed at once, so that whoever compresses can do other things in between. */
const sliceBytes = 1 << 19;

export interface PngOptions {
  width: number;
  height: number;
  /** What the file says of its making. */
  parameters: object;
  /** Takes the file's next bytes; what comes then waits for it. */
  out(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

export class PngStream {
  readonly #out: PngOptions["out"];
  readonly #compressed: Promise<void>;
  readonly #writer: WritableStreamDefaultWriter<BufferSource>;

  constructor({ width, height, parameters, out }: PngOptions) {
    this.#out = out;
    const deflate = new CompressionStream("deflate");
    this.#writer = deflate.writable.getWriter();
    this.#compressed = this.#begin(width, height, parameters, deflate.readable);
    // Told by `write` and `end`, whichever comes next.
    this.#compressed.catch(() => undefined);
  }

  /** Takes whole rows, each with its filter's number in front. */
  async write(rows: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let at = 0; at < rows.length; at += sliceBytes) {
      await this.#writer.ready;
      await this.#writer.write(rows.subarray(at, at + sliceBytes));
    }
  }

  /** Resolves when the file is whole. */
  async end(): Promise<void> {
    await this.#writer.close();
    await this.#compressed;
    await this.#out(chunk("IEND"));
  }

  async #begin(
    width: number,
    height: number,
    parameters: object,
    compressed: ReadableStream<Uint8Array>,
  ): Promise<void> {
    await this.#out(
      joined(signature, header(width, height), chunk("sRGB", Uint8Array.of(0)), parametersChunk(parameters)),
    );
    const reader = compressed.getReader();
    let parts: Uint8Array[] = [];
    let length = 0;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (value) {
          parts.push(value);
          length += value.length;
        }
        if (length >= chunkBytes || (done && length > 0)) {
          const whole = chunk("IDAT", ...parts);
          parts = [];
          length = 0;
          await this.#out(whole);
        }
        if (done) return;
      }
    } catch (error) {
      // Nobody reads any more: whoever writes is told.
      void reader.cancel(error).catch(() => undefined);
      throw error;
    }
  }
}

/** 8 bits of red, green and blue, not interlaced. */
function header(width: number, height: number): Uint8Array {
  const data = new DataView(new ArrayBuffer(13));
  data.setUint32(0, width);
  data.setUint32(4, height);
  data.setUint8(8, 8);
  data.setUint8(9, 2);
  return chunk("IHDR", new Uint8Array(data.buffer));
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
