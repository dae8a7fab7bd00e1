// Moves of the view: what is under the pointer stays there, and nothing drifts at any depth.

import { describe, expect, test } from "vitest";
import { bitsFor, Camera, offset, outermost, panned, type View, zoomed } from "../../src/explorer/camera.ts";
import { parsed } from "../../src/explorer/coordinates.ts";

function viewAt(re: string, im: string, zoom: number): View {
  const bits = bitsFor(zoom);
  return { re: parsed(re, bits) as bigint, im: parsed(im, bits) as bigint, bits, zoom };
}

const seahorse = ["-0.743643887037158704752191506114774", "0.131825904205311970493132056385139"] as const;

describe.each([8, 45, 200, 3000])("at zoom 2^%i", (zoom) => {
  test("what lies under the pointer stays there while zooming", () => {
    const view = viewAt(...seahorse, zoom);
    const held = panned(view, 311, -207);
    for (const by of [0.3, 1, -2.7, 11]) {
      const there = offset(zoomed(view, zoom + by, 311, -207), held);
      expect(there.x).toBeCloseTo(311, 6);
      expect(there.y).toBeCloseTo(-207, 6);
    }
  });

  test("a thousand moves there and back end where they began", () => {
    const start = viewAt(...seahorse, zoom);
    let view = start;
    for (let turn = 0; turn < 500; turn++) view = panned(zoomed(view, zoom + 0.01 * turn, 100, 40), 3.3, -1.7);
    for (let turn = 499; turn >= 0; turn--) view = zoomed(panned(view, -3.3, 1.7), zoom + 0.01 * (turn - 1), 100, 40);
    view = zoomed(view, zoom, 100, 40);
    expect(Math.hypot(offset(view, start).x, offset(view, start).y)).toBeLessThan(1e-3);
  });
});

test("without motion a zoom is there at once, with it later, at the same place", () => {
  const quick = new Camera();
  quick.motion = false;
  quick.zoomBy(3, 120, -80);
  const slow = new Camera();
  slow.zoomBy(3, 120, -80);
  expect(slow.moving).toBe(true);
  expect(slow.destination.zoom).toBe(quick.view.zoom);
  for (let frame = 0; frame < 200 && slow.moving; frame++) slow.advance(16);
  expect(slow.moving).toBe(false);
  expect(slow.view.zoom).toBe(quick.view.zoom);
  const apart = offset(slow.view, quick.view);
  expect(Math.hypot(apart.x, apart.y)).toBeLessThan(1e-6);
});

test("zooming ends at both ends, and says when the depth has ended", () => {
  const camera = new Camera();
  camera.motion = false;
  camera.innermost = 40;
  expect(camera.zoomBy(10)).toBe(false);
  expect(camera.zoomBy(100)).toBe(true);
  expect(camera.view.zoom).toBe(40);
  expect(camera.zoomBy(-100)).toBe(false);
  expect(camera.view.zoom).toBe(outermost);
});

test("a flick glides to a halt, and not where motion is unwelcome", () => {
  const camera = new Camera();
  camera.flick(1, 0);
  let far = 0;
  const start = camera.view;
  for (let frame = 0; frame < 300 && camera.moving; frame++) camera.advance(16);
  far = offset(camera.view, start).x;
  expect(camera.moving).toBe(false);
  expect(far).toBeGreaterThan(50);
  camera.motion = false;
  camera.flick(1, 0);
  expect(camera.moving).toBe(false);
});

test("nobody gets lost outside", () => {
  const camera = new Camera();
  camera.motion = false;
  for (let turn = 0; turn < 100; turn++) camera.panBy(5000, -5000);
  const { re, im, bits } = camera.view;
  expect(Number(re >> BigInt(bits))).toBeLessThanOrEqual(4);
  expect(Number(im >> BigInt(bits))).toBeLessThanOrEqual(4);
});
