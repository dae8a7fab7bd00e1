// `auto` against a real server: it predicts, says why, learns, and does without the server while that is gone.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { freePort, launch, open, type Served, serve } from "../harness.ts";

let browser: Browser;
let port: number;
let server: Served;
let page: Page;
beforeAll(async () => {
  browser = await launch();
  port = await freePort();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = await serve({ port });
  page = await open(browser, server.origin);
  await page.evaluate(async () => {
    window.locus.warm();
    await window.until(() => window.locus.state.current.engines.length > 0);
  });
});
afterEach(async () => {
  await page.context().close();
  await server.stop();
});

/** Tiles, one after the other. */
const tiles = (count: number, prefer: "local" | "server" | "auto") =>
  page.evaluate(
    async ([count, prefer]) => {
      const all = [];
      for (let at = 0; at < count; at++) {
        const center = { re: "-0.7436438870371587", im: `0.131825904${at}` };
        const parameters = { center, step: "1e-9", size: { width: 128, height: 128 }, max_iterations: 2000 };
        const { ran } = await window.locus.call("fractal.tile", parameters, [], { prefer });
        all.push(ran);
      }
      return all;
    },
    [count, prefer] as const,
  );

test("each call says what it was predicted to take in either place, and why it ran where it did", async () => {
  const all = await tiles(12, "auto");
  for (const { place, reason, predicted } of all) {
    expect(reason).toMatch(
      / predicted against .* (here|there)|both were asked|longer than the .* predicted|busy|heard of/,
    );
    expect(reason.startsWith(place === "local" ? "this browser: " : "server: ")).toBe(true);
    expect(predicted?.local.total_ms).toBeGreaterThan(0);
    expect(predicted?.server.total_ms).toBeGreaterThan(0);
  }
});

test("what forced calls showed of the places is what auto goes by, also after a reload", async () => {
  await tiles(4, "local");
  await tiles(4, "server");
  const before = (await tiles(1, "auto"))[0];
  // What was learned is written after a moment.
  await page.waitForFunction(() => (localStorage.getItem("locus.placement") ?? "").includes("server fractal.tile"));
  await page.reload();
  await page.waitForFunction(() => document.title === "ready");
  await page.evaluate(async () => {
    window.locus.warm();
    await window.until(
      () => window.locus.state.current.engines.length > 0 && window.locus.state.current.codec === "ready",
    );
  });
  const after = (await tiles(1, "auto"))[0];
  for (const place of ["local", "server"] as const) {
    const [first, then] = [before?.predicted?.[place].computed_ms ?? 0, after?.predicted?.[place].computed_ms ?? 0];
    expect(then / first).toBeGreaterThan(0.2);
    expect(then / first).toBeLessThan(5);
  }
});

test("auto does without a server that is gone, and takes it up again when it is back", async () => {
  await tiles(2, "auto");
  await server.stop("SIGKILL");
  const gone = await tiles(6, "auto");
  expect(gone.every(({ place }) => place === "local")).toBe(true);
  await page.evaluate(async () => {
    await window.settled(window.locus.call("echo", {}, [], { prefer: "server" }));
  });
  expect((await tiles(1, "auto"))[0]?.reason).toBe("this browser: the server can't be reached");
  server = await serve({ port });
  await page.evaluate(() => window.until(() => window.locus.state.current.server === "up", 20_000));
  // It is weighed again.
  expect((await tiles(1, "auto"))[0]?.reason).not.toMatch(/can't be reached/);
  expect((await tiles(1, "server"))[0]?.place).toBe("server");
});

test("auto asks the server for its round trip and bandwidth; a page that computes here asks nothing", async () => {
  const asked: string[] = [];
  page.on("request", (request) => void asked.push(new URL(request.url()).pathname));
  await tiles(3, "local");
  expect(asked.filter((path) => path.includes("/v1/probe"))).toEqual([]);
  // The first second belongs to the page.
  const probes = async () => {
    await tiles(2, "auto");
    return asked.filter((path) => path.endsWith("/v1/probe")).length;
  };
  await expect.poll(probes, { timeout: 20_000 }).toBeGreaterThan(1);
});
