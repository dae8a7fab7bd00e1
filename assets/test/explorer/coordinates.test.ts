// Exact numbers: what is written is read again as the same, at any depth.

import { expect, test } from "vitest";
import { decimal, float, integer, parsed, rescaled, rounded } from "../../src/explorer/coordinates.ts";

test("powers of two are written with every digit", () => {
  expect(decimal(1n, 8)).toBe("0.00390625");
  expect(decimal(-3n, 1)).toBe("-1.5");
  expect(decimal(5n, 0)).toBe("5");
  expect(decimal(5n, -3)).toBe("40");
  expect(decimal(0n, 20)).toBe("0");
  expect(parsed(decimal(1n, 3000), 3000)).toBe(1n);
});

test.each([
  ["-0.7436438870371587", 200, 16],
  ["0.13182590420531197", 200, 17],
  ["-1.99999999999999999999999999999999999999999999999999999999999999999999999999997", 600, 77],
  ["1e-40", 300, 40],
] as const)("%s survives being read and written", (text, bits, digits) => {
  const value = parsed(text, bits) as bigint;
  expect(parsed(rounded(value, bits, digits), bits)).toBe(value);
});

test("what is written is the nearest decimal, without zeros behind", () => {
  expect(rounded(parsed("0.126", 64) as bigint, 64, 2)).toBe("0.13");
  expect(rounded(parsed("-0.126", 64) as bigint, 64, 2)).toBe("-0.13");
  expect(rounded(parsed("-0.5", 64) as bigint, 64, 9)).toBe("-0.5");
  expect(rounded(parsed("-0.001", 64) as bigint, 64, 2)).toBe("0");
});

test.each(["", ".", "-", "1,5", "0x10", "1e", "NaN", "1.2.3", "1e99999", "9".repeat(5000)])(
  "%j is no number",
  (text) => {
    expect(parsed(text, 64)).toBeUndefined();
  },
);

test("any way of writing a number is read", () => {
  for (const text of ["-1.5", "-1.50", "-.15e1", "-15e-1", " -1.5 ", "-0.00015E+4"]) expect(parsed(text, 1)).toBe(-3n);
  for (const text of ["2", "+2", "2.", "0.2e1", "20e-1"]) expect(parsed(text, 4)).toBe(32n);
});

test("bits can be added and taken away", () => {
  expect(rescaled(5n, 3, 10)).toBe(640n);
  expect(rescaled(640n, 10, 3)).toBe(5n);
  expect(rescaled(-641n, 10, 3)).toBe(-6n);
});

test("doubles are reached from either side of their range", () => {
  expect(float(3n, -1)).toBe(1.5);
  expect(float(-3n << 5000n, -5001)).toBe(-1.5);
  expect(float(7n << 2000n, -2000.5)).toBeCloseTo(7 / Math.SQRT2, 12);
  expect(integer(1.5, 10)).toBe(1536n);
  expect(integer(-1.5, 5000)).toBe(-3n << 4999n);
  expect(float(integer(123.25, 3321.7), -3321.7)).toBeCloseTo(123.25, 9);
});
