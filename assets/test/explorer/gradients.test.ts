// Gradients of one's own: as text and back, simplified without a difference that is seen, and read from files.

import { describe, expect, test } from "vitest";
import { GradientFault, ggr, gradientOf, sampled } from "../../src/explorer/colours/files.ts";
import { decoded, encoded, paletteFrom, simplified, sorted, stopsOf } from "../../src/explorer/colours/gradients.ts";
import { apart, mixed, palettes, table, tableSize } from "../../src/explorer/palettes.ts";

describe("as text", () => {
  test.each(palettes)("the stops of $name are read as they were written", (palette) => {
    const stops = sorted(stopsOf(palette));
    expect(decoded(encoded(stops))).toEqual(stops);
  });

  test.each(["", "ff0000.0", "ff0000.0-00ff00", "ff0000.0-00ff0.5000", "ff0000.0-00ff00.10000", "red.0-blue.1"])(
    "“%s” is no gradient",
    (text) => {
      expect(decoded(text)).toBeUndefined();
    },
  );

  test("more stops than a gradient may have are none", () => {
    expect(decoded(Array.from({ length: 257 }, (_, at) => `000000.${at}`).join("-"))).toBeUndefined();
  });
});

test("a table has each stop's colour at its place, and mixtures between", () => {
  const stops = [
    { at: 0.25, colour: "#ff0000" },
    { at: 0.5, colour: "#0000ff" },
    { at: 0.75, colour: "#ffffff" },
  ];
  const bytes = table(paletteFrom({ name: "Three", stops }));
  const at = (place: number) =>
    `#${[...bytes.subarray(4 * place, 4 * place + 3)].map((v) => v.toString(16).padStart(2, "0")).join("")}`;
  for (const stop of stops) expect(at(stop.at * tableSize)).toBe(stop.colour);
  expect(at(0.375 * tableSize)).toBe(mixed("#ff0000", "#0000ff", 0.5));
  // Over the end of the ring: from white at 3/4 to red at 1/4.
  expect(at(0)).toBe(mixed("#ffffff", "#ff0000", 0.5));
});

describe("simplified", () => {
  test("a straight run of colours is two stops", () => {
    const colours = Array.from({ length: 256 }, (_, at) => mixed("#102040", "#f0e0a0", at / 255));
    expect(simplified(colours).length).toBeLessThanOrEqual(4);
  });

  test("what is left cannot be told from what was there", () => {
    const wild = Array.from({ length: 256 }, (_, at) => {
      const wave = (shift: number) => Math.round(127.5 + 127.5 * Math.sin(at / 9 + shift));
      return `#${[0, 2, 4].map((shift) => wave(shift).toString(16).padStart(2, "0")).join("")}`;
    });
    const stops = simplified(wild);
    expect(stops.length).toBeLessThan(200);
    const bytes = table(paletteFrom({ name: "Wild", stops }));
    for (const [index, colour] of wild.entries()) {
      const at = 16 * index;
      const shown = `#${[...bytes.subarray(at, at + 3)].map((v) => v.toString(16).padStart(2, "0")).join("")}`;
      expect(apart(shown, colour), `colour ${index}`).toBeLessThan(0.02);
    }
  });
});

/** A file's stops, or the words of what is wrong with it. */
function check(file: string, text: string): string[] | string {
  try {
    return gradientOf(file, text).stops.map(({ colour }) => colour);
  } catch (error) {
    return error instanceof GradientFault ? error.message : `another error: ${String(error)}`;
  }
}

describe("Fractint's maps", () => {
  test("colours are read with remarks, blank lines and any line ends", () => {
    expect(check("a.map", "0 0 0 the first\r\n\r\n; a remark\r\n255 128 0\r\n")).toEqual(["#000000", "#ff8000"]);
  });

  test.each([
    ["0 0 0\n300 0 0\n", "line 2: “300” is no number from 0 to 255"],
    ["0 0 0\n1 2\n", "line 2: “1 2” is no colour: three numbers are needed"],
    ["0 0 0\n-1 2 3\n", "line 2: “-1” is no number from 0 to 255"],
    ["hello world out there\n", "line 1: “hello” is no number from 0 to 255"],
    ["7 7 7", "line 1: here are 1 colours, two are the least"],
    ["", "line 1: here are 0 colours, two are the least"],
  ])("%j is refused by line", (text, words) => {
    expect(check("a.map", text)).toBe(words);
  });
});

describe("GIMP's palettes", () => {
  test("name and colours are read", () => {
    const text = "GIMP Palette\nName: Two of them\nColumns: 4\n# a remark\n255 0 0 Red\n  0   0 255\tBlue\n";
    expect(gradientOf("x.gpl", text)).toMatchObject({ name: "Two of them" });
    expect(check("x.gpl", text)).toEqual(["#ff0000", "#0000ff"]);
  });

  test.each([
    ["255 0 0\n0 0 255\n", "line 1: “GIMP Palette” is missing"],
    ["GIMP Palette\nName: x\n#\n255 0 zero\n", "line 4: “zero” is no number from 0 to 255"],
    ["GIMP Palette\n#\n", "line 3: here are 0 colours, two are the least"],
  ])("%j is refused by line", (text, words) => {
    expect(check("x.gpl", text)).toBe(words);
  });
});

describe("GIMP's gradients", () => {
  const segment = (left: number, middle: number, right: number, rest = "1 0 0 1 0 0 1 1", kinds = "0 0 0 0") =>
    `${left} ${middle} ${right} ${rest} ${kinds}`;
  const file = (...segments: string[]) => `GIMP Gradient\nName: Test\n${segments.length}\n${segments.join("\n")}\n`;

  test("a straight segment goes from the one colour to the other", () => {
    const { segments, title } = ggr(file(segment(0, 0.5, 1)).split("\n"));
    expect(title).toBe("Test");
    const colours = sampled(segments);
    expect(colours[0]).toBe("#ff0000");
    expect(colours[255]).toBe("#0000ff");
    expect(colours[51]).toBe("#cc0033");
  });

  test("a middle that is not in the middle, a step, and colours around the wheel", () => {
    const middle = sampled(ggr(file(segment(0, 0.2, 1)).split("\n")).segments);
    expect(middle[51]).toBe("#800080");
    const step = sampled(ggr(file(segment(0, 0.5, 1, undefined, "5 0 0 0")).split("\n")).segments);
    expect(new Set(step)).toEqual(new Set(["#ff0000", "#0000ff"]));
    const counter = sampled(ggr(file(segment(0, 0.5, 1, undefined, "0 1 0 0")).split("\n")).segments);
    // From red over green to blue; the other way round leads over magenta.
    expect(counter[128]).toMatch(/^#0[0-9a-f]ff0[0-9a-f]$/);
    const clockwise = sampled(ggr(file(segment(0, 0.5, 1, undefined, "0 2 0 0")).split("\n")).segments);
    expect(clockwise[128]).toMatch(/^#f[ef]00f[ef]$/);
  });

  test.each([
    ["0 0.5 1 1 0 0 1 0 0 1 1\n", "line 1: “GIMP Gradient” is missing"],
    ["GIMP Gradient\nName: x\nmany\n", "line 3: “many” is no number of segments"],
    ["GIMP Gradient\nName: x\n2\n0 0.5 1 1 0 0 1 0 0 1 1 0 0\n", "line 5: segment 2 of 2 is missing"],
    [file(segment(0, 0.5, 0.4), segment(0.4, 0.6, 1)), "line 4: places 0, 0.5, 0.4 do not rise within 0 and 1"],
    [file(segment(0, 0.2, 0.4), segment(0.5, 0.6, 1)), "line 5: begins at 0.5, where the one before ends at 0.4"],
    [file(segment(0, 0.2, 0.4)), "line 4: the last segment ends at 0.4, not at 1"],
    [file("0 0.5 1 1 0"), "line 4: a segment has 13 numbers, here are 5"],
    [file(segment(0, 0.5, 1, "1 0 0 1 0 x 1 1")), "line 4: “x” is no number"],
    [file(segment(0, 0.5, 1, "1 0 0 1 0 2 1 1")), "line 4: 2 is no part of a colour: 0 to 1"],
    [file(segment(0, 0.5, 1, undefined, "9 0 0 0")), "line 4: there is no blending 9"],
    [file(segment(0, 0.5, 1, undefined, "0 7 0 0")), "line 4: there is no colouring 7"],
  ])("%j is refused by line", (text, words) => {
    expect(check("x.ggr", text)).toBe(words);
  });
});

test("another kind of file is named", () => {
  expect(check("holiday.jpg", "")).toBe("another error: Error: “holiday.jpg” is none of .map, .gpl, .ggr");
});
