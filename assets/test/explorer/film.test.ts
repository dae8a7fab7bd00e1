// The film to a place: begins and ends where it should, goes out and in, and loses no digit on the way.

import { describe, expect, test } from "vitest";
import { bitsFor, offset, outermost, type View } from "../../src/explorer/camera.ts";
import { parsed } from "../../src/explorer/coordinates.ts";
import { Film } from "../../src/explorer/film.ts";

function view(re: string, im: string, zoom: number): View {
  const bits = bitsFor(zoom);
  return { re: parsed(re, bits) ?? 0n, im: parsed(im, bits) ?? 0n, bits, zoom };
}

const home = view("-0.75", "0", 8);
const spiral = view("-0.743643887037151", "0.131825904205330", 48);
const other = view("-1.7687788", "-0.0017389", 42);
const near = view("-0.743643887037152", "0.131825904205330", 47);

describe.each([
  ["in", home, spiral],
  ["out", spiral, home],
  ["from deep to deep", spiral, other],
  ["a little aside", spiral, near],
  ["straight in", view("0.25", "0.5", 9), view("0.25", "0.5", 30)],
  ["nowhere", home, home],
])("%s", (_, from, to) => {
  const film = new Film(from, to, 900);

  test("it begins here and ends there, to the last digit", () => {
    expect(film.at(film.duration)).toBe(to);
    const start = film.at(0);
    const away = offset(from, start);
    expect(Math.hypot(away.x, away.y)).toBeLessThan(1e-6);
    expect(start.zoom).toBeCloseTo(from.zoom, 9);
  });

  test("it ends softly: the last frames move less than a pixel's part", () => {
    const last = offset(to, film.at(film.duration * 0.9999));
    expect(Math.hypot(last.x, last.y)).toBeLessThan(1);
    expect(film.at(film.duration * 0.9999).zoom).toBeCloseTo(to.zoom, 3);
  });

  test("no frame jumps, and none is further out than all of the set", () => {
    const frames = Array.from({ length: 2001 }, (_, at) => film.at((film.duration * at) / 2000));
    for (const [index, frame] of frames.entries()) {
      expect(frame.zoom).toBeGreaterThanOrEqual(outermost);
      const before = frames[index - 1];
      if (!before) continue;
      expect(Math.abs(frame.zoom - before.zoom)).toBeLessThan(0.2);
      const away = offset(frame.zoom < before.zoom ? frame : before, frame.zoom < before.zoom ? before : frame);
      expect(Math.hypot(away.x, away.y)).toBeLessThan(60);
    }
  });

  test("it takes no longer than one waits", () => {
    expect(film.duration).toBeGreaterThan(0);
    expect(film.duration).toBeLessThanOrEqual(14_000);
  });
});

test("between two deep places it goes out far enough to see both", () => {
  const film = new Film(spiral, other, 900);
  const zooms = Array.from({ length: 101 }, (_, at) => film.at((film.duration * at) / 100).zoom);
  // They are one unit apart: some hundred pixels of it.
  expect(Math.min(...zooms)).toBeLessThan(11);
});
