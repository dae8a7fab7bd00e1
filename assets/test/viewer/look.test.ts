// Looks at a picture: what is turned, mirrored and cropped leads back to the pixel that it came from.

import { describe, expect, test } from "vitest";
import { dragged, handles, shaped, within } from "../../src/viewer/edit/crop.ts";
import {
  type Edit,
  inPicture,
  inView,
  lookedAt,
  mirrored,
  overturned,
  type Turn,
  turned,
  untouched,
} from "../../src/viewer/raster/look.ts";

const size = { width: 7, height: 5 };
const turns: Turn[] = [0, 90, 180, 270];
const crops = [undefined, { x: 2, y: 1, width: 4, height: 3 }];
const edits: Edit[] = crops.flatMap((crop) =>
  turns.flatMap((turn) => [false, true].map((flip) => ({ crop, turn, flip }))),
);

/** The picture as rows of numbers, edited step by step as the words say: part, quarter turns, mirror. */
function rows({ crop, turn, flip }: Edit): number[][] {
  const all = Array.from({ length: size.height }, (_, y) =>
    Array.from({ length: size.width }, (_, x) => y * size.width + x),
  );
  let seen = crop ? all.slice(crop.y, crop.y + crop.height).map((row) => row.slice(crop.x, crop.x + crop.width)) : all;
  for (let done = 0; done < turn; done += 90) {
    seen = (seen[0] ?? []).map((_, x) => seen.map((row) => row[x] as number).reverse());
  }
  return flip ? seen.map((row) => [...row].reverse()) : seen;
}

describe.each(edits)("turned by $turn, flipped $flip, cropped $crop", (edit) => {
  const seen = rows(edit);

  test("every pixel leads back to where it came from, and forth again", () => {
    const { width, height } = lookedAt(edit, size);
    expect([width, height]).toEqual([seen[0]?.length, seen.length]);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = inPicture(edit, size, { x, y, width: 1, height: 1 });
        expect(at.y * size.width + at.x).toBe(seen[y]?.[x]);
        expect(inView(edit, size, at)).toMatchObject({ x, y, width: 1, height: 1 });
      }
    }
  });

  test("a rectangle leads back to a rectangle of the same pixels", () => {
    const rect = { x: 1, y: 0, width: 2, height: 3 };
    const there = inPicture(edit, size, rect);
    const expected = seen.slice(0, 3).flatMap((row) => row.slice(1, 3));
    const pixels = Array.from({ length: there.width * there.height }, (_, at) => {
      const x = there.x + (at % there.width);
      const y = there.y + Math.floor(at / there.width);
      return y * size.width + x;
    });
    expect(pixels.sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
    expect(inView(edit, size, there)).toMatchObject(rect);
  });

  test("a further step changes what is seen, whatever came before", () => {
    const again = (by: (rows: number[][]) => number[][]) => by(rows(edit));
    const quarter = (from: number[][]) => (from[0] ?? []).map((_, x) => from.map((row) => row[x] as number).reverse());
    expect(rows(turned(edit, 90))).toEqual(again(quarter));
    expect(rows(turned(edit, -90))).toEqual(again((from) => quarter(quarter(quarter(from)))));
    expect(rows(mirrored(edit))).toEqual(again((from) => from.map((row) => [...row].reverse())));
    expect(rows(overturned(edit))).toEqual(again((from) => [...from].reverse()));
  });
});

test("four quarter turns are none", () => {
  let edit = untouched;
  for (let step = 0; step < 4; step++) edit = turned(edit, 90);
  expect(edit).toEqual(untouched);
});

describe("a crop that is dragged", () => {
  const picture = { width: 100, height: 60 };
  const rect = { x: 20, y: 10, width: 40, height: 30 };

  test.each(handles)("stays within the picture and its aspect by the handle $x, $y", (handle) => {
    for (const aspect of [undefined, 1, 16 / 9, 2 / 3]) {
      const from = shaped(rect, aspect, picture);
      for (let dx = -150; dx <= 150; dx += 30) {
        for (let dy = -150; dy <= 150; dy += 30) {
          const to = dragged(from, handle, dx, dy, picture, aspect);
          expect(to.x).toBeGreaterThanOrEqual(0);
          expect(to.y).toBeGreaterThanOrEqual(0);
          expect(to.x + to.width).toBeLessThanOrEqual(picture.width);
          expect(to.y + to.height).toBeLessThanOrEqual(picture.height);
          expect(to.width).toBeGreaterThanOrEqual(1);
          if (aspect) expect(Math.abs(to.width - to.height * aspect)).toBeLessThanOrEqual(1 + aspect);
        }
      }
    }
  });

  test("keeps the edges that are not dragged", () => {
    expect(dragged(rect, { x: 1, y: 1 }, 7, -4, picture)).toEqual({ x: 20, y: 10, width: 47, height: 26 });
    expect(dragged(rect, { x: -1, y: 0 }, -5, 99, picture)).toEqual({ x: 15, y: 10, width: 45, height: 30 });
    expect(dragged(rect, { x: 0, y: 0 }, 99, -99, picture)).toEqual({ x: 60, y: 0, width: 40, height: 30 });
  });

  test("typed figures are brought within the picture", () => {
    expect(within({ x: 500, y: -3, width: 1000, height: 0.2 }, picture)).toEqual({ x: 0, y: 0, width: 100, height: 1 });
  });
});
