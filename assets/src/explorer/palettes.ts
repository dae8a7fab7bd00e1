/**
 * Palettes: closed rings of colours, interpolated in Oklab so that no step between two of them is muddy. A colour
 * depends on a pixel's smooth count alone, so it stays where it is while one moves.
 */

export interface Palette {
  id: string;
  name: string;
  /** Colours of the ring in order, as hex. */
  stops: readonly string[];
  /** Where each stop lies on the ring, 0 to below 1, rising; undefined: at equal distances. */
  at?: readonly number[];
  /** Turns of the ring for one unit of the count's root. */
  turns: number;
  /** Where on the ring the count 0 lies. */
  start: number;
}

export const palettes: readonly Palette[] = [
  {
    id: "dusk",
    name: "Dusk",
    stops: ["#0b1026", "#1d2f6f", "#3f6fb5", "#a9d3e8", "#fbf3dc", "#f2b564", "#c0562f", "#5a1d3a"],
    turns: 0.12,
    start: 0.88,
  },
  {
    id: "ember",
    name: "Ember",
    stops: ["#0c0405", "#3a0a12", "#8c1c13", "#d9541e", "#f7b733", "#fff3cf", "#c97b4a", "#4a1a1f"],
    turns: 0.11,
    start: 0.89,
  },
  {
    id: "reef",
    name: "Reef",
    stops: ["#03141c", "#06404a", "#0f8b8d", "#7fd8be", "#fcefef", "#f4978e", "#b23a6b", "#2d1240"],
    turns: 0.12,
    start: 0.88,
  },
  {
    id: "moss",
    name: "Moss",
    stops: ["#080d08", "#1b3a25", "#4f7a3a", "#b5c46a", "#f6f1d1", "#b89b6a", "#5a4a35", "#1f1a16"],
    turns: 0.11,
    start: 0.89,
  },
  {
    id: "iris",
    name: "Iris",
    stops: ["#0d0718", "#331a5e", "#6a3fb0", "#b78be6", "#f8e9ff", "#8ad0e6", "#2f7ba8", "#152e52"],
    turns: 0.12,
    start: 0.89,
  },
  {
    id: "silver",
    name: "Silver",
    stops: ["#060607", "#2b2c30", "#77797f", "#d9dadc", "#fbfbf9", "#a8a6a1", "#4d4b49", "#171718"],
    turns: 0.14,
    start: 0.87,
  },
];

/** Colours of a ring as a table has them. */
export const tableSize = 1024;

export function paletteOf(id: string | null | undefined): Palette {
  return palettes.find((palette) => palette.id === id) ?? (palettes[0] as Palette);
}

type Triple = [number, number, number];

const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const coded = (value: number) => (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);

/** Björn Ottosson's Oklab, from sRGB as hex. */
function oklab(hex: string): Triple {
  const [r, g, b] = [1, 3, 5].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255)) as Triple;
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function srgb([lightness, a, b]: Triple): Triple {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((value) => Math.round(255 * Math.max(0, Math.min(1, coded(value))))) as Triple;
}

/** The ring as a table of RGBA bytes. */
export function table(palette: Palette): Uint8Array<ArrayBuffer> {
  if (palette.at) return straight(palette.stops, palette.at);
  const stops = palette.stops.map(oklab);
  const bytes = new Uint8Array(tableSize * 4);
  for (let at = 0; at < tableSize; at++) {
    const place = (at / tableSize) * stops.length;
    const index = Math.floor(place);
    const between = place - index;
    // Catmull-Rom through the neighbours: no edge in the colours at a stop.
    const [p, q, r, s] = [-1, 0, 1, 2].map((by) => stops[(index + by + stops.length) % stops.length] as Triple);
    const mixed = [0, 1, 2].map((part) => {
      const [a, b, c, d] = [p, q, r, s].map((stop) => (stop as Triple)[part] as number) as [
        number,
        number,
        number,
        number,
      ];
      return b + 0.5 * between * (c - a + between * (2 * a - 5 * b + 4 * c - d + between * (3 * (b - c) + d - a)));
    }) as Triple;
    bytes.set([...srgb(mixed), 255], at * 4);
  }
  return bytes;
}

/** From stop to stop without a curve: between two of them lie no colours but mixtures of both. */
function straight(hexes: readonly string[], at: readonly number[]): Uint8Array<ArrayBuffer> {
  const stops = hexes.map(oklab);
  const bytes = new Uint8Array(tableSize * 4);
  let next = 0;
  for (let index = 0; index < tableSize; index++) {
    const place = index / tableSize;
    while (next < at.length && (at[next] as number) <= place) next++;
    const before = (next + at.length - 1) % at.length;
    const after = next % at.length;
    const from = (at[before] as number) - (next === 0 ? 1 : 0);
    const to = (at[after] as number) + (next === at.length ? 1 : 0);
    const between = to > from ? (place - from) / (to - from) : 0;
    const [a, b] = [stops[before] as Triple, stops[after] as Triple];
    const mixed = [0, 1, 2].map((part) => {
      const start = a[part] as number;
      return start + between * ((b[part] as number) - start);
    }) as Triple;
    bytes.set([...srgb(mixed), 255], index * 4);
  }
  return bytes;
}

/** A picture of the ring for its button. */
export function gradient(palette: Palette, direction = "135deg"): string {
  if (!palette.at) return `linear-gradient(${direction} in oklab, ${palette.stops.slice(0, 6).join(", ")})`;
  // As many as a button can show.
  const every = Math.ceil(palette.stops.length / 24);
  const stops = palette.stops.flatMap((stop, index) =>
    index % every === 0 ? [`${stop} ${((palette.at?.[index] ?? 0) * 100).toFixed(1)}%`] : [],
  );
  return `linear-gradient(${direction} in oklab, ${stops.join(", ")}, ${palette.stops[0]} 100%)`;
}

/** How far two colours lie apart in Oklab; less than about 0.02 is not seen. */
export function apart(one: string, other: string): number {
  const [a, b] = [oklab(one), oklab(other)];
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** A colour between two, in Oklab. */
export function mixed(one: string, other: string, share: number): string {
  const [a, b] = [oklab(one), oklab(other)];
  const triple = a.map((value, part) => value + share * ((b[part] as number) - value)) as Triple;
  return `#${srgb(triple)
    .map((value) => value.toString(16).padStart(2, "0"))
    .join("")}`;
}
