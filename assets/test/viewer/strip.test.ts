// What strip and contact sheet decide: the order of a folder, what is near, what fits, and where a key leads.
import { describe, expect, test } from "vitest";
import { plan } from "../../src/viewer/files/budget.ts";
import { byPath } from "../../src/viewer/files/collect.ts";
import { looksLikePicture } from "../../src/viewer/files/kinds.ts";
import { linksIn, nameOf } from "../../src/viewer/files/links.ts";
import { grid, rowsBetween, step } from "../../src/viewer/sheet/grid.ts";
import { nearest } from "../../src/viewer/sheet/nearest.ts";

test("a folder's pictures come in the order in which people count, its own before those of folders in it", () => {
  const paths = ["/b/10.png", "/b/a/1.png", "/b/9.png", "/b/B.png", "/b/a.png", "/a/z.png", "/b/a/0/1.png"];
  expect(paths.sort(byPath)).toEqual([
    "/a/z.png",
    "/b/9.png",
    "/b/10.png",
    "/b/a.png",
    "/b/B.png",
    "/b/a/1.png",
    "/b/a/0/1.png",
  ]);
});

test.each([
  ["a.JXL", true],
  ["photo.of.me.jpeg", true],
  ["film.mp4", false],
  [".png", false],
  ["png", false],
  ["drawing.svg", false],
])("%s is a picture: %s", (name, is) => {
  expect(looksLikePicture(name)).toBe(is);
});

test("addresses among words", () => {
  expect(linksIn("see https://a.example/x.png and ftp://b.example/y http://c.example".split(" "))).toEqual([
    "https://a.example/x.png",
    "http://c.example/",
  ]);
  expect(linksIn(["x.png", "javascript:1"], "https://a.example/page")).toEqual(["https://a.example/x.png"]);
  expect(nameOf("https://a.example/some/a%20b.png?x=1")).toBe("a b.png");
  expect(nameOf("https://a.example/")).toBe("a.example");
});

describe("nearest", () => {
  test.each([
    [5, 2, 9, [2, 3, 1, 4, 0]],
    [5, 0, 3, [0, 1, 2]],
    [5, 9, 3, [4, 3, 2]],
    [0, 0, 3, []],
  ])("of %i around %i, at most %i", (length, at, most, expected) => {
    expect(nearest(length, at, most)).toEqual(expected);
  });
});

test("the newest files are kept, and a large one does not keep older ones out", () => {
  const files = [1, 2, 3, 4].map((id) => ({ id, bytes: id === 3 ? 900 : 300 }));
  const { keep, leave } = plan(files, 1000);
  expect(keep.map(({ id }) => id)).toEqual([1, 2, 4]);
  expect(leave.map(({ id }) => id)).toEqual([3]);
});

test("cells fill the rows, and rows are found by height", () => {
  const layout = grid(1000, 10, 168);
  expect(layout.columns).toBe(5);
  expect(layout.rows).toBe(2);
  expect(layout.columns * (layout.cell.width + layout.gap) - layout.gap).toBeLessThanOrEqual(1000);
  expect(rowsBetween(layout, 0, 10)).toEqual({ first: 0, end: 1 });
  expect(rowsBetween(layout, layout.cell.height + layout.gap, 9999)).toEqual({ first: 1, end: 2 });
  expect(grid(50, 3, 168).columns).toBe(1);
});

test.each([
  ["ArrowDown", 0, 4],
  ["ArrowDown", 7, 9],
  ["ArrowDown", 8, 8],
  ["ArrowUp", 2, 2],
  ["ArrowUp", 6, 2],
  ["ArrowRight", 9, 9],
  ["ArrowLeft", 0, 0],
  ["PageDown", 1, 9],
  ["PageUp", 9, 1],
  ["End", 3, 9],
  ["Home", 3, 0],
  ["a", 3, undefined],
])("%s leads from %i to %s", (key, from, to) => {
  expect(step(key, from, 10, 4, 2)).toBe(to);
});
