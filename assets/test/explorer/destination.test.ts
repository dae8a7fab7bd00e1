// Where somebody wants to go, as they type it.

import { expect, test } from "vitest";
import { destination, pasted } from "../../src/explorer/places/destination.ts";
import { base, centre } from "../../src/explorer/url.ts";

const fields = (re: string, im: string, zoom = "1", limit = "") => ({ re, im, zoom, limit });

test.each([
  ["-0.75 0.1", fields("-0.75", "0.1", "")],
  ["-0.75, 0.1, 1e6", fields("-0.75", "0.1", "1e6")],
  ["re: -0.75\nim: 0.1\nzoom: 1e6\niterations: 2000", fields("-0.75", "0.1", "1e6", "2000")],
  ["−0.75 + 0.1 i", fields("-0.75", "+0.1", "")],
  ["-0.75-0.1i 300", fields("-0.75", "-0.1", "300")],
])("%j is understood", (text, expected) => {
  expect(pasted(text)).toEqual({ fields: expected });
});

test("a link is found in whatever is around it", () => {
  const found = pasted("Look: http://example.org/fractal#re=-0.5&im=0.25&zoom=3&palette=moss (lovely)");
  expect(found && "address" in found && found.address.palette).toBe("moss");
});

test.each(["", "0.5", "hello", "1 2 3 4 5"])("%j is no place by itself", (text) => {
  expect(pasted(text)).toBeUndefined();
});

test("a place keeps every digit that its zoom can show", () => {
  const found = destination(fields("-0.743643887037151", "0.131825904205330", "1e12", "3000"));
  expect("view" in found && centre(found.view)).toEqual({ re: "-0.743643887037151", im: "0.13182590420533" });
  expect("view" in found && found.view.zoom).toBeCloseTo(Math.log2(1e12) + base, 9);
  expect("view" in found && found.limit).toBe(3000);
});

test.each([
  [fields("north", "0"), { re: "“north” is no number" }],
  [fields("", " "), { re: "The real part is missing", im: "The imaginary part is missing" }],
  [fields("0", "3"), { im: "Nothing lies out there: from −2.5 to 2.5" }],
  [fields("0", "0", "-3"), { zoom: "“-3” is no magnification: a number above 0, such as 1e6" }],
  [fields("0", "0", "1e30"), { zoom: "Numbers of 64 bits end before that: at most 2.2e+12" }],
  [fields("0", "0", "0.001"), { zoom: "Further out there is nothing more to be seen: at least 0.125" }],
  [fields("0", "0", "1", "0"), { limit: "“0” is no limit: a whole number from 1 to 100,000,000, or nothing" }],
  [fields("0", "0", "1", "1.5"), { limit: "“1.5” is no limit: a whole number from 1 to 100,000,000, or nothing" }],
])("%j: what is wrong is named", (typed, faults) => {
  expect(destination(typed)).toEqual({ faults });
});
