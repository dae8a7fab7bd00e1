// Posters in a real browser: worker, calls and stream together. How they are cut and compressed is tested without one,
// in assets/test; the explorer's own dialog with the explorer.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch, open, type Served, serve } from "../harness.ts";

let browser: Browser;
let server: Served;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  server = await serve();
  page = await open(browser, server.origin);
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

const wish = {
  view: { center: { re: "-0.743643887037151", im: "0.13182590420533" }, step: "1e-5" },
  size: { width: 700, height: 300 },
  limit: 500,
};

/** A Julia set, so that what goes into the call is seen to matter. */
const julia = {
  view: { center: { re: "0.1", im: "-0.2" }, step: "0.003", julia: { re: "-0.8", im: "0.156" } },
  size: { width: 513, height: 257 },
  limit: 300,
};

test.each([
  { ...wish, mode: "smooth" as const },
  { ...wish, mode: "slope" as const },
  { ...julia, mode: "distance" as const },
  { ...julia, mode: "angle" as const },
])(
  "a poster in the mode $mode is what one tile of its size shows, in either place",
  { timeout: 60_000 },
  async (wish) => {
    const seen = await page.evaluate(async ({ view, size, limit, mode }) => {
      const { poster, readParameters, Painter, sink, paint } = window.posters;
      const parameters = { mode, limit };
      const make = async (prefer: "local" | "server") => {
        const file = sink();
        const places = new Set<string>();
        let last = 0;
        let forwards = true;
        const { iterations, bytes } = await poster({
          view,
          size,
          limit,
          paint: paint(mode),
          parameters,
          run: async (parameters, signal) => {
            const reply = await window.locus.call("fractal.tile", parameters, [], { prefer, signal });
            places.add(reply.ran.place);
            return reply;
          },
          sink: file.stream,
          signal: new AbortController().signal,
          onProgress: ({ pixels, of }) => {
            forwards &&= pixels >= last && of === size.width * size.height;
            last = pixels;
          },
        });
        const written = await file.bytes();
        return { written, iterations, bytes, places: [...places], closed: file.closed, last, forwards };
      };
      const local = await make("local");
      const server = await make("server");

      // The browser's own decoder, against one tile with a pixel more on each side.
      const blob = new Blob([local.written], { type: "image/png" });
      const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none" });
      const context = new OffscreenCanvas(size.width, size.height).getContext(
        "2d",
      ) as OffscreenCanvasRenderingContext2D;
      context.drawImage(bitmap, 0, 0);
      const decoded = new Uint32Array(context.getImageData(0, 0, size.width, size.height).data.buffer);
      const [width, height] = [size.width + 2, size.height + 2];
      const whole = await window.locus.call(
        "fractal.tile",
        {
          center: view.center,
          step: view.step,
          ...("julia" in view && { julia: view.julia }),
          size: { width, height },
          max_iterations: limit,
          planes: ["count", "fraction", "distance", "angle"],
        },
        [],
        { prefer: "local" },
      );
      const [count, fraction, distance, angle] = whole.payloads.map((plane) => plane.slice().buffer) as [
        ArrayBuffer,
        ArrayBuffer,
        ArrayBuffer,
        ArrayBuffer,
      ];
      const expected = new Uint32Array(width * size.height);
      const planes = {
        side: width,
        level: -Math.log2(Number(view.step)),
        count: new Uint32Array(count),
        fraction: new Float32Array(fraction),
        distance: new Float32Array(distance),
        angle: new Float32Array(angle),
      };
      new Painter(paint(mode)).rows(planes, 1, size.height, expected);
      let wrong = 0;
      for (let at = 0; at < decoded.length; at++) {
        const there = expected[Math.floor(at / size.width) * width + (at % size.width) + 1];
        if (decoded[at] !== there) wrong++;
      }
      const colours = new Set(decoded).size;
      const equal = local.written.every((byte, at) => byte === server.written[at]);
      const told = await readParameters(blob);
      const { written: _, ...rest } = local;
      return { wrong, colours, equal, length: local.written.length, places: server.places, told, local: rest };
    }, wish);
    expect(seen).toMatchObject({
      wrong: 0,
      equal: true,
      places: ["server"],
      told: { mode: wish.mode, limit: wish.limit },
    });
    expect(seen.colours).toBeGreaterThan(50);
    expect(seen.local).toMatchObject({ places: ["local"], closed: true, forwards: true, bytes: seen.length });
    expect(seen.local.last).toBe(wish.size.width * wish.size.height);
    expect(seen.local.iterations).toBeGreaterThan(seen.local.last);
  },
);

test("a poster pauses, and goes on", async () => {
  const seen = await page.evaluate(async ({ view, limit }) => {
    const { poster, sink, paint } = window.posters;
    let go: () => void = () => undefined;
    const pause = new Promise<void>((resolve) => {
      go = resolve;
    });
    let begun = 0;
    let done = 0;
    const file = sink();
    const making = poster({
      view,
      size: { width: 4096, height: 512 },
      limit,
      paint: paint("smooth"),
      parameters: {},
      run: async (parameters, signal) => {
        begun++;
        const reply = await window.locus.call("fractal.tile", parameters, [], { prefer: "local", signal });
        done++;
        return reply;
      },
      sink: file.stream,
      signal: new AbortController().signal,
      paused: () => (begun < 3 ? Promise.resolve() : pause),
      lanes: 2,
    });
    await window.until(() => done === 3);
    await window.sleep(200);
    const held = begun;
    go();
    await making;
    return { held, begun, closed: file.closed };
  }, wish);
  expect(seen).toEqual({ held: 3, begun: 16, closed: true });
});

test("what is cancelled stops its calls and leaves no file", async () => {
  const seen = await page.evaluate(async ({ view }) => {
    const { poster, sink, paint } = window.posters;
    const cancel = new AbortController();
    const file = sink();
    const endings: string[] = [];
    let begun = 0;
    const making = window.settled(
      poster({
        view,
        size: { width: 30_000, height: 30_000 },
        // Minutes for a tile.
        limit: 100_000_000,
        paint: paint("smooth"),
        parameters: {},
        run: async (parameters, signal) => {
          begun++;
          // Feigenbaum's point: no orbit near it ends soon.
          const slow = { ...parameters, center: { re: "-1.4011551890920506", im: "0" }, step: "1e-12" };
          const call = window.settled(window.locus.call("fractal.tile", slow, [], { prefer: "local", signal }));
          const { value, code } = await call;
          endings.push(code ?? "done");
          if (!value) throw signal.reason;
          return value;
        },
        sink: file.stream,
        signal: cancel.signal,
        lanes: 3,
      }),
    );
    await window.until(() => begun === 3);
    cancel.abort();
    const { code } = await making;
    await window.until(() => endings.length === 3);
    return { code, endings, begun, closed: file.closed, aborted: (file.aborted as Error | undefined)?.name };
  }, wish);
  expect(seen).toEqual({
    code: "AbortError",
    endings: ["AbortError", "AbortError", "AbortError"],
    begun: 3,
    closed: false,
    aborted: "AbortError",
  });
});

test("a tile that fails ends the poster with its error", async () => {
  const seen = await page.evaluate(async ({ view, size, limit }) => {
    const { poster, sink, paint } = window.posters;
    const file = sink();
    const { code, message } = await window.settled(
      poster({
        // Finer than doubles can tell apart.
        view: { ...view, step: "1e-17" },
        size,
        limit,
        paint: paint("smooth"),
        parameters: {},
        run: (parameters, signal) => window.locus.call("fractal.tile", parameters, [], { prefer: "local", signal }),
        sink: file.stream,
        signal: new AbortController().signal,
      }),
    );
    return { code, message, closed: file.closed, aborted: file.aborted !== undefined };
  }, wish);
  expect(seen).toMatchObject({ code: "limit_exceeded", closed: false, aborted: true });
  expect(seen.message).toContain("f64 ends");
});

test("a sink that takes no more ends the poster with its error", async () => {
  const seen = await page.evaluate(async ({ view, limit }) => {
    const { poster, paint } = window.posters;
    const full = new WritableStream<Uint8Array<ArrayBuffer>>({
      write: () => {
        throw new Error("the disk is full");
      },
    });
    return window.settled(
      poster({
        view,
        size: { width: 2048, height: 2048 },
        limit,
        paint: paint("smooth"),
        parameters: {},
        run: (parameters, signal) => window.locus.call("fractal.tile", parameters, [], { prefer: "local", signal }),
        sink: full,
        signal: new AbortController().signal,
      }),
    );
  }, wish);
  expect(seen.message).toBe("the disk is full");
});
