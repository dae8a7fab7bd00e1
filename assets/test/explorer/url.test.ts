// The address says the view, and the view says the same address again.

import { expect, test } from "vitest";
import { base, home, read, written } from "../../src/explorer/url.ts";

test.each([
  ["-0.75", "0", 0, undefined],
  ["-0.743643887", "0.1318259042", 20.125, 4096],
  ["-1.7490813690619", "-0.0000000003", 38.5, undefined],
  ["-0.77568377", "0.13646737", 17, 100_000],
])("%s %s at zoom %d is read as it was written", (re, im, zoom, limit) => {
  const text = `#re=${re}&im=${im}&zoom=${zoom}&palette=ember${limit === undefined ? "" : `&limit=${limit}`}`;
  const address = read(text);
  expect(address).toBeDefined();
  if (!address) return;
  expect(address.limit).toBe(limit);
  expect(address.view.zoom).toBe(zoom + base);
  const again = written(address);
  expect(again).toContain(`re=${re}&`);
  expect(written(read(again) ?? address)).toBe(again);
});

test("what says no view is not read", () => {
  for (const text of [
    "",
    "#",
    "#re=1",
    "#re=x&im=0&zoom=1",
    "#re=0&im=0&zoom=abc",
    "#re=0&im=0&zoom=1e9",
    "#re=0&im=0",
  ]) {
    expect(read(text), text).toBeUndefined();
  }
});

test("how the palette is laid is read as it was written, and bounded", () => {
  const text = "#re=0&im=0&zoom=1&palette=ember&density=2.5&offset=0.125";
  const address = read(text);
  expect(address?.tuning).toEqual({ density: 2.5, offset: 0.125 });
  expect(address && written(address)).toBe(text);
  expect(read("#re=0&im=0&zoom=1")?.tuning).toEqual({ density: 1, offset: 0 });
  expect(read("#re=0&im=0&zoom=1&density=1e9&offset=-0.25")?.tuning).toEqual({ density: 8, offset: 0.75 });
  expect(read("#re=0&im=0&zoom=1&density=-3&offset=NaN")?.tuning).toEqual({ density: 1, offset: 0 });
});

test("what is no palette and no limit is left out, the view stays", () => {
  const address = read("#re=-0.5&im=0.25&zoom=3&palette=nothing&limit=0");
  expect(address?.limit).toBeUndefined();
  expect(address?.palette).toBe(read("#re=0&im=0&zoom=0")?.palette);
  expect(address?.view.zoom).toBe(3 + base);
});

test("the first view shows all of the set on any screen", () => {
  for (const [width, height] of [
    [1440, 900],
    [390, 844],
    [844, 390],
  ] as const) {
    const { zoom, re, bits } = home(width, height);
    expect(Number(re) / 2 ** bits).toBe(-0.75);
    expect(width / 2 ** zoom).toBeGreaterThan(2.5);
    expect(height / 2 ** zoom).toBeGreaterThan(2.3);
  }
});

test("Julia sets, modes and gradients are read as they were written", () => {
  const text = "#re=0.1&im=0&zoom=1&julia=-0.8,0.156&palette=own&gradient=ff0000.0-0000ff.5000&mode=slope&limit=700";
  const address = read(text);
  expect(address?.julia).toEqual({ re: "-0.8", im: "0.156" });
  expect(address?.mode).toBe("slope");
  expect(address && written({ ...address, palette: "own" })).toBe(text);
  expect(read("#re=0&im=0&zoom=1&mode=nothing")?.mode).toBe("smooth");
});

test.each(["", "1", "a,b", "1,2,3", "9,0", "0,-1e9"])("“%s” is no constant: the Mandelbrot set is shown", (julia) => {
  expect(read(`#re=0&im=0&zoom=1&julia=${julia}`)?.julia).toBeUndefined();
});
