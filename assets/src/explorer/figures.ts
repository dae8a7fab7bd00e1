/** Places and magnifications as people read them. */
import type { View } from "./camera.ts";
import { decimal, rounded } from "./coordinates.ts";
import { base, centre } from "./url.ts";

const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const superscript = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A number as "0.85", "1,230" or "3.2 × 10¹²", from its base-2 logarithm. */
export function power(log2: number): string {
  const log10 = log2 * Math.log10(2);
  if (log10 > -3 && log10 < 6) return short.format(2 ** log2);
  const whole = Math.floor(log10);
  let mantissa = (10 ** (log10 - whole)).toFixed(1);
  let exponent = whole;
  if (mantissa === "10.0") {
    mantissa = "1.0";
    exponent++;
  }
  const digits = [...String(Math.abs(exponent))].map((digit) => superscript[Number(digit)]).join("");
  return `${mantissa} × 10${exponent < 0 ? "⁻" : ""}${digits}`;
}

/** "1,200 ×": how much larger than as the page opens. */
export function magnification({ zoom }: View): string {
  return `${power(zoom - base)} ×`;
}

/** Width of a CSS pixel. */
export function step({ zoom }: View): string {
  return power(-zoom);
}

/** "−0.7436 + 0.1318 i", to as many digits as there is room for. */
export function spoken({ re, im, bits }: View, digits = 4): string {
  const part = (value: bigint) => rounded(value < 0n ? -value : value, bits, digits);
  return `${re < 0n ? "−" : ""}${part(re)} ${im < 0n ? "−" : "+"} ${part(im)} i`;
}

export { centre, decimal };
