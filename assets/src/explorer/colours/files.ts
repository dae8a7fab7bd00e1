/**
 * Gradients from files of other programs, as text: Fractint's `.map`, GIMP's palettes `.gpl` and gradients `.ggr`. Each
 * becomes colours at equal distances; what is wrong with a file is named by its line.
 */
import { type Gradient, mostStops, simplified } from "./gradients.ts";

/** A file that is not what its name says. */
export class GradientFault extends Error {
  /** From 1. */
  readonly line: number;

  constructor(line: number, what: string) {
    super(`line ${line}: ${what}`);
    this.name = "GradientFault";
    this.line = line;
  }
}

/** The endings of names that are understood. */
export const endings = [".map", ".gpl", ".ggr"] as const;
/** Bytes that such a file has at most; nothing that is longer is read. */
const largest = 1 << 20;

/** The gradient in a file. Errors: as `gradientOf`. */
export async function gradientIn(file: File): Promise<Gradient> {
  if (file.size > largest) throw new Error("it is too long for a gradient");
  return gradientOf(file.name, await file.text());
}

/** A file's gradient. Errors: `GradientFault`; plain `Error` for another kind of file. */
export function gradientOf(file: string, text: string): Gradient {
  const name = file.replace(/^.*[/\\]/, "").replace(/\.[^.]*$/, "");
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  switch (file.slice(file.lastIndexOf(".")).toLowerCase()) {
    case ".map":
      return { name, stops: simplified(even(map(lines))) };
    case ".gpl": {
      const { title, colours } = gpl(lines);
      return { name: title ?? name, stops: simplified(even(colours)) };
    }
    case ".ggr": {
      const { title, segments } = ggr(lines);
      return { name: title ?? name, stops: simplified(sampled(segments)) };
    }
    default:
      throw new Error(`“${file}” is none of ${endings.join(", ")}`);
  }
}

/** Fractint: a colour a line as three numbers from 0 to 255, and whatever else. */
export function map(lines: readonly string[]): string[] {
  const colours: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "" || /^\s*[;#]/.test(line)) continue;
    colours.push(triple(line, index + 1));
  }
  return enough(colours, lines.length);
}

/** GIMP's palettes: a heading, fields, and a colour a line with its name. */
export function gpl(lines: readonly string[]): { title: string | undefined; colours: string[] } {
  if (!/^GIMP Palette\s*$/.test(lines[0] ?? "")) throw new GradientFault(1, "“GIMP Palette” is missing");
  let title: string | undefined;
  const colours: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === "" || /^\s*#/.test(line)) continue;
    const field = /^(\w+):\s*(.*)$/.exec(line);
    if (field && colours.length === 0) {
      if (field[1] === "Name") title = field[2]?.trim() || undefined;
      continue;
    }
    colours.push(triple(line, index + 1));
  }
  return { title, colours: enough(colours, lines.length) };
}

type Colour = readonly [number, number, number];

/** A part of a GIMP gradient. */
interface Segment {
  left: number;
  middle: number;
  right: number;
  from: Colour;
  to: Colour;
  /** 0 linear, 1 curved, 2 sinusoidal, 3 and 4 spherical, 5 a step. */
  blend: number;
  /** 0 in RGB, 1 in HSV counter-clockwise, 2 clockwise. */
  space: number;
}

/** Least difference of two places; GIMP writes six digits. */
const tiny = 1e-5;

/** GIMP's gradients: a heading, a name, the number of segments, and a line for each. Alpha is passed over. */
export function ggr(lines: readonly string[]): { title: string | undefined; segments: Segment[] } {
  if (!/^GIMP Gradient\s*$/.test(lines[0] ?? "")) throw new GradientFault(1, "“GIMP Gradient” is missing");
  const name = /^Name:\s*(.*)$/.exec(lines[1] ?? "");
  const at = name ? 2 : 1;
  const count = Number(lines[at]?.trim() || Number.NaN);
  if (!Number.isInteger(count) || count < 1 || count > 10_000) {
    throw new GradientFault(at + 1, `“${shortened(lines[at] ?? "")}” is no number of segments`);
  }
  const segments: Segment[] = [];
  let end = 0;
  for (let index = 0; index < count; index++) {
    const line = at + 2 + index;
    const segment = segmentOf(lines[line - 1], line, index, count);
    if (Math.abs(segment.left - end) > tiny) {
      throw new GradientFault(line, `begins at ${segment.left}, where the one before ends at ${end}`);
    }
    end = segment.right;
    segments.push(segment);
  }
  if (Math.abs(end - 1) > tiny) throw new GradientFault(at + 1 + count, `the last segment ends at ${end}, not at 1`);
  return { title: name?.[1]?.trim() || undefined, segments };
}

function segmentOf(text: string | undefined, line: number, index: number, count: number): Segment {
  if (!text?.trim()) throw new GradientFault(line, `segment ${index + 1} of ${count} is missing`);
  const words = text.trim().split(/\s+/);
  if (words.length < 11) throw new GradientFault(line, `a segment has 13 numbers, here are ${words.length}`);
  const values = words.slice(0, 13).map((word) => {
    const value = Number(word);
    if (!Number.isFinite(value)) throw new GradientFault(line, `“${shortened(word)}” is no number`);
    return value;
  });
  const [left, middle, right, r0, g0, b0, , r1, g1, b1, , blend = 0, space = 0] = values as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number?,
    number?,
  ];
  if (!(left <= middle && middle <= right && left >= -tiny && right <= 1 + tiny)) {
    throw new GradientFault(line, `places ${left}, ${middle}, ${right} do not rise within 0 and 1`);
  }
  for (const part of [r0, g0, b0, r1, g1, b1]) {
    if (part < 0 || part > 1) throw new GradientFault(line, `${part} is no part of a colour: 0 to 1`);
  }
  if (!Number.isInteger(blend) || blend < 0 || blend > 5)
    throw new GradientFault(line, `there is no blending ${blend}`);
  if (!Number.isInteger(space) || space < 0 || space > 2)
    throw new GradientFault(line, `there is no colouring ${space}`);
  return { left, middle, right, from: [r0, g0, b0], to: [r1, g1, b1], blend, space };
}

/** A gradient's colours at equal distances, as GIMP computes them (`gimpgradient.c`). */
export function sampled(segments: readonly Segment[], count = mostStops): string[] {
  return Array.from({ length: count }, (_, index) => {
    const at = index / (count - 1);
    const segment = segments.find(({ right }) => at <= right + tiny) ?? (segments[segments.length - 1] as Segment);
    const { left, middle, right, from, to, blend, space } = segment;
    const length = right - left;
    const half = length < tiny ? 0.5 : (middle - left) / length;
    const place = length < tiny ? 0.5 : Math.max(0, Math.min(1, (at - left) / length));
    const share = blended(blend, half, place);
    return hex(space === 0 ? straight(from, to, share) : hued(from, to, share, space === 1));
  });
}

function blended(blend: number, half: number, place: number): number {
  const rest = 1 - half;
  const before = half < tiny ? 0 : (0.5 * place) / half;
  const after = rest < tiny ? 1 : 0.5 + (0.5 * (place - half)) / rest;
  const linear = place <= half ? before : after;
  switch (blend) {
    case 1:
      return place ** (Math.log(0.5) / Math.log(Math.max(tiny, Math.min(1 - tiny, half))));
    case 2:
      return (Math.sin(-Math.PI / 2 + Math.PI * linear) + 1) / 2;
    case 3:
      return Math.sqrt(Math.max(0, 1 - (linear - 1) ** 2));
    case 4:
      return 1 - Math.sqrt(Math.max(0, 1 - linear ** 2));
    case 5:
      return place >= half ? 1 : 0;
    default:
      return linear;
  }
}

function straight(from: Colour, to: Colour, share: number): Colour {
  return [0, 1, 2].map((part) => {
    const start = from[part] as number;
    return start + share * ((to[part] as number) - start);
  }) as unknown as Colour;
}

function hued(from: Colour, to: Colour, share: number, counter: boolean): Colour {
  const [h0, s0, v0] = hsv(from);
  const [h1, s1, v1] = hsv(to);
  const way = counter ? (h0 < h1 ? h1 - h0 : 1 - (h0 - h1)) : h1 < h0 ? h1 - h0 : h1 - h0 - 1;
  const hue = h0 + way * share;
  return rgb(hue - Math.floor(hue), s0 + share * (s1 - s0), v0 + share * (v1 - v0));
}

function hsv([r, g, b]: Colour): Colour {
  const most = Math.max(r, g, b);
  const range = most - Math.min(r, g, b);
  if (range === 0) return [0, 0, most];
  const hue = most === r ? (g - b) / range : most === g ? 2 + (b - r) / range : 4 + (r - g) / range;
  return [(((hue % 6) + 6) % 6) / 6, range / most, most];
}

function rgb(hue: number, saturation: number, value: number): Colour {
  const part = (shift: number) => {
    const k = (shift + hue * 6) % 6;
    return value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1));
  };
  return [part(5), part(3), part(1)];
}

function hex(colour: Colour): string {
  return `#${colour
    .map((part) =>
      Math.round(255 * part)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

/** The first three numbers of a line as a colour. */
function triple(line: string, at: number): string {
  const words = line.trim().split(/[\s,]+/);
  if (words.length < 3)
    throw new GradientFault(at, `“${shortened(line.trim())}” is no colour: three numbers are needed`);
  const parts = words.slice(0, 3).map((word) => {
    if (!/^\d{1,3}$/.test(word) || Number(word) > 255) {
      throw new GradientFault(at, `“${shortened(word)}” is no number from 0 to 255`);
    }
    return Number(word) / 255;
  });
  return hex(parts as unknown as Colour);
}

function enough(colours: string[], lines: number): string[] {
  if (colours.length < 2)
    throw new GradientFault(Math.max(1, lines), `here are ${colours.length} colours, two are the least`);
  return colours;
}

/** No more colours than a gradient may have stops. */
function even(colours: readonly string[]): readonly string[] {
  if (colours.length <= mostStops) return colours;
  return Array.from({ length: mostStops }, (_, at) => colours[Math.floor((at / mostStops) * colours.length)] as string);
}

function shortened(text: string): string {
  return text.length > 24 ? `${text.slice(0, 24)}…` : text;
}
