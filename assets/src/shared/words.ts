/** Figures as people read them. Everything a page says about sizes and times goes through here. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** 1234567 → "1,234,567". */
export function count(value: number): string {
  return whole.format(value);
}

/** "one", "3 frames": the number with its noun. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** Decimal units, as file managers show them: "812 bytes", "3.4 MB". */
export function bytes(value: number): string {
  if (value < 1000) return plural(value, "byte");
  const units = ["kB", "MB", "GB", "TB"];
  let scaled = value / 1000;
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${scaled < 9.95 ? short.format(scaled) : whole.format(scaled)} ${units[unit]}`;
}

/** "0.4 ms", "182 ms", "2.4 s", "3 min 5 s". */
export function duration(ms: number): string {
  if (ms < 0.95) return ms < 0.05 ? "0 ms" : `${short.format(ms)} ms`;
  if (ms < 999.5) return `${whole.format(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Magnification for people: "100 %", "6.3 %", "1,600 %". */
export function percent(scale: number): string {
  const value = scale * 100;
  return `${value < 9.95 ? short.format(value) : whole.format(value)} %`;
}

/** "24 megapixels", "0.3 megapixels". */
export function megapixels(pixels: number): string {
  const value = pixels / 1e6;
  return `${value < 9.95 ? short.format(value) : whole.format(value)} megapixels`;
}

/** A name from code as words: "parse_header" → "Parse header". */
export function words(name: string): string {
  const spaced = name.replace(/[_.-]+/g, " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** What a phase of an operation does, as it goes on. */
const doing: Record<string, string> = {
  copy: "Copying",
  parse: "Reading",
  decode: "Decoding",
  convert: "Converting colours",
  scale: "Scaling",
  upload: "Sending the file",
  fetch: "Fetching the file",
};

/** "convert" → "Converting colours"; a phase that is not known here keeps its own name. */
export function phaseWords(phase: string): string {
  return doing[phase] ?? words(phase);
}
