/**
 * A raster and its halvings, for a viewer that draws tiles. Level 0 is the raster as decoded; each next level halves
 * it with a box filter in linear light and with premultiplied alpha, so that fine stripes keep their brightness and
 * transparent pixels lend no colour to their neighbours. Levels are made when first asked for.
 */

/** RGBA 8 bits, row-major without padding, straight alpha, sRGB. */
export interface Level {
  width: number;
  height: number;
  pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** sRGB sample to linear light, 0..65535 (IEC 61966-2-1). */
const linear = new Uint16Array(256);
for (let code = 0; code < 256; code++) {
  const value = code / 255;
  const light = value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  linear[code] = Math.round(light * 65535);
}

/** Linear light, 0..65535, to the sRGB sample; made with the first halving. */
let encoded: Uint8Array | undefined;

function encoder(): Uint8Array {
  if (encoded) return encoded;
  encoded = new Uint8Array(65536);
  for (let light = 0; light < 65536; light++) {
    const value = light / 65535;
    const code = value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
    encoded[light] = Math.round(code * 255);
  }
  return encoded;
}

function halveOpaque(source: Level, target: Level): void {
  const from = source.pixels;
  const to = target.pixels;
  const encode = encoder();
  const stride = source.width * 4;
  for (let y = 0; y < target.height; y++) {
    const above = 2 * y * stride;
    const below = Math.min(2 * y + 1, source.height - 1) * stride;
    let out = y * target.width * 4;
    for (let x = 0; x < target.width; x++) {
      const left = 8 * x;
      const right = Math.min(2 * x + 1, source.width - 1) * 4;
      for (let c = 0; c < 3; c++) {
        const sum =
          (linear[from[above + left + c] as number] as number) +
          (linear[from[above + right + c] as number] as number) +
          (linear[from[below + left + c] as number] as number) +
          (linear[from[below + right + c] as number] as number);
        to[out + c] = encode[(sum + 2) >> 2] as number;
      }
      to[out + 3] = 255;
      out += 4;
    }
  }
}

function halveWithAlpha(source: Level, target: Level): void {
  const from = source.pixels;
  const to = target.pixels;
  const encode = encoder();
  const stride = source.width * 4;
  for (let y = 0; y < target.height; y++) {
    const above = 2 * y * stride;
    const below = Math.min(2 * y + 1, source.height - 1) * stride;
    let out = y * target.width * 4;
    for (let x = 0; x < target.width; x++) {
      const left = 8 * x;
      const right = Math.min(2 * x + 1, source.width - 1) * 4;
      const a0 = from[above + left + 3] as number;
      const a1 = from[above + right + 3] as number;
      const a2 = from[below + left + 3] as number;
      const a3 = from[below + right + 3] as number;
      const cover = a0 + a1 + a2 + a3;
      if (cover > 0) {
        for (let c = 0; c < 3; c++) {
          const sum =
            (linear[from[above + left + c] as number] as number) * a0 +
            (linear[from[above + right + c] as number] as number) * a1 +
            (linear[from[below + left + c] as number] as number) * a2 +
            (linear[from[below + right + c] as number] as number) * a3;
          to[out + c] = encode[Math.round(sum / cover)] as number;
        }
      }
      to[out + 3] = (cover + 2) >> 2;
      out += 4;
    }
  }
}

/** Half of `source`, rounded up; the last column or row of an odd size stands for itself. */
export function halve(source: Level, opaque: boolean): Level {
  const width = Math.ceil(source.width / 2);
  const height = Math.ceil(source.height / 2);
  const target = { width, height, pixels: new Uint8ClampedArray(width * height * 4) };
  if (opaque) halveOpaque(source, target);
  else halveWithAlpha(source, target);
  return target;
}

export class Pyramid {
  readonly #levels: [Level, ...Level[]];
  readonly #opaque: boolean;

  constructor(base: Level, opaque: boolean) {
    this.#levels = [base];
    this.#opaque = opaque;
  }

  /** Bytes held: the raster and the levels made so far. */
  get bytes(): number {
    return this.#levels.reduce((sum, level) => sum + level.pixels.byteLength, 0);
  }

  /** The raster halved `depth` times, at most to a single pixel. */
  level(depth: number): Level {
    let last = this.#levels[Math.min(depth, this.#levels.length - 1)] as Level;
    for (let made = this.#levels.length; made <= depth; made++) {
      if (last.width === 1 && last.height === 1) break;
      last = halve(last, this.#opaque);
      this.#levels.push(last);
    }
    return last;
  }
}

/** Cuts a rectangle out of `level`; what lies outside is left out. */
export function crop(level: Level, x: number, y: number, width: number, height: number): Level {
  const w = Math.min(width, level.width - x);
  const h = Math.min(height, level.height - y);
  const pixels = new Uint8ClampedArray(w * h * 4);
  for (let row = 0; row < h; row++) {
    const start = ((y + row) * level.width + x) * 4;
    pixels.set(level.pixels.subarray(start, start + w * 4), row * w * 4);
  }
  return { width: w, height: h, pixels };
}
