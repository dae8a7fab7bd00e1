/**
 * Exact numbers of the complex plane: BigInt fixed point, `value · 2^-bits`. Doubles end at a magnification of about
 * 10^13; these end nowhere, so that what is drawn, sent and written into the URL agrees at every depth.
 */

/** A point, both parts in units of 2^-bits. */
export interface Point {
  re: bigint;
  im: bigint;
  bits: number;
}

/** `value · 2^-bits` as a decimal, every digit of it: powers of two end in decimal too. */
export function decimal(value: bigint, bits: number): string {
  if (bits <= 0) return (value << BigInt(-bits)).toString();
  return placed(value * 5n ** BigInt(bits), bits);
}

/** `value · 2^-bits` to so many digits after the point, without trailing zeros. */
export function rounded(value: bigint, bits: number, digits: number): string {
  if (bits <= 0) return decimal(value, bits);
  const ten = value * 10n ** BigInt(digits);
  // Half a unit before the shift: to nearest.
  return placed((ten + (1n << BigInt(bits - 1))) >> BigInt(bits), digits);
}

/** `value · 10^-digits` with the point in its place. */
function placed(value: bigint, digits: number): string {
  const sign = value < 0n ? "-" : "";
  const all = (value < 0n ? -value : value).toString().padStart(digits + 1, "0");
  const whole = all.slice(0, all.length - digits);
  const rest = all.slice(all.length - digits).replace(/0+$/, "");
  return `${sign}${whole}${rest && "."}${rest}`;
}

/** Longest decimal that is taken from a URL, in digits. */
const longest = 4096;

/** The nearest multiple of 2^-bits to a decimal such as "-0.7436438870" or "1.5e-8"; undefined for anything else. */
export function parsed(text: string, bits: number): bigint | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?$/i.exec(text.trim());
  if (!match || text.length > longest) return undefined;
  const [, sign, whole = "", rest = "", power = "0"] = match;
  if (whole + rest === "") return undefined;
  const digits = rest.length - Number(power);
  const number = BigInt(whole + rest) << BigInt(bits);
  const value = digits <= 0 ? number * 10n ** BigInt(-digits) : halved(number, 10n ** BigInt(digits));
  return sign === "-" ? -value : value;
}

/** The quotient of what is not negative, to nearest. */
function halved(value: bigint, by: bigint): bigint {
  return (value + by / 2n) / by;
}

/** The same number with another count of bits; bits that go are cut off towards minus infinity. */
export function rescaled(value: bigint, from: number, to: number): bigint {
  return to >= from ? value << BigInt(to - from) : value >> BigInt(from - to);
}

/** `value · 2^exponent` as a double, also where neither factor alone is one. */
export function float(value: bigint, exponent: number): number {
  const magnitude = value < 0n ? -value : value;
  if (magnitude < 1n << 900n && exponent > -1000) return Number(value) * 2 ** exponent;
  const spare = Math.max(0, magnitude.toString(16).length * 4 - 64);
  return Number(value >> BigInt(spare)) * 2 ** (exponent + spare);
}

/** `value · 2^exponent` to the nearest integer. */
export function integer(value: number, exponent: number): bigint {
  if (exponent < 900) return BigInt(Math.round(value * 2 ** exponent));
  const whole = Math.floor(exponent);
  return BigInt(Math.round(value * 2 ** (exponent - whole + 53))) << BigInt(whole - 53);
}
