// The server as a place: it goes away in the middle, comes back, has no room,
// and calls go where they can.

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
});
afterEach(async () => {
  await page.context().close();
  await server.stop();
});

const echo = (prefer: "local" | "server" | "auto") =>
  page.evaluate(async (prefer) => {
    const ended = await window.settled(window.locus.call("echo", {}, [new Uint8Array(3)], { prefer }));
    return {
      code: ended.code,
      place: ended.value?.ran.place,
      reason: ended.value?.ran.reason,
      ms: ended.ms,
      total_ms: ended.value?.ran.total_ms,
    };
  }, prefer);
/** Loads the codec, as a page does after its first paint: it comes from the same server. */
const warm = () =>
  page.evaluate(async () => {
    window.locus.warm();
    await window.until(() => window.locus.state.current.engines.length > 0);
  });
const serverState = () => page.evaluate(() => window.locus.state.current.server);

test("a call goes on in this browser when the server is killed, and returns to it", async () => {
  await warm();
  expect(await echo("server")).toMatchObject({ place: "server", reason: "server: as you chose" });
  await server.stop("SIGKILL");
  expect(await echo("server")).toMatchObject({ place: "local", reason: "this browser: the server can't be reached" });
  expect(await serverState()).toBe("down");
  // The second does not ask a server that is known to be away.
  expect(await echo("server")).toMatchObject({ place: "local", reason: "this browser: the server can't be reached" });
  server = await serve({ port });
  await page.evaluate(() => window.until(() => window.locus.state.current.server === "up", 20_000));
  expect(await echo("server")).toMatchObject({ place: "server" });
});

test("a call that runs on the server when it is killed goes on in this browser", async () => {
  await warm();
  await page.evaluate(() => {
    const stop = new AbortController();
    const places: string[] = [];
    const call = window.settled(
      window.locus.call("spin", {}, [], {
        prefer: "server",
        signal: stop.signal,
        onProgress: (p) => void places.push(p.place),
      }),
    );
    Object.assign(window, { spin: { stop, places, call } });
    return window.until(() => places.length > 2);
  });
  await server.stop("SIGKILL");
  const result = await page.evaluate(async () => {
    const { spin } = window as unknown as {
      spin: { stop: AbortController; places: string[]; call: Promise<{ code?: string }> };
    };
    await window.until(() => spin.places.at(-1) === "local");
    spin.stop.abort();
    return { code: (await spin.call).code, first: spin.places[0] };
  });
  expect(result).toEqual({ code: "AbortError", first: "server" });
});

test("a call on the server tells its progress and is cancelled", async () => {
  const result = await page.evaluate(async () => {
    const stop = new AbortController();
    const progress: [string | undefined, number][] = [];
    const options = {
      prefer: "server",
      signal: stop.signal,
      onProgress: (p: { phase?: string | undefined; fraction: number }) => void progress.push([p.phase, p.fraction]),
    } as const;
    const call = window.settled(window.locus.call("spin", {}, [], options));
    await window.until(() => progress.length > 2);
    stop.abort();
    const ended = await call;
    const next = await window.settled(window.locus.call("echo", {}, [], { prefer: "server" }));
    return { code: ended.code, progress, next: next.value?.ran.place };
  });
  expect(result).toMatchObject({ code: "AbortError", next: "server" });
  expect(result.progress.at(-1)?.[0]).toBe("spin");
});

test("a deadline ends a call on the server", async () => {
  const result = await page.evaluate(() =>
    window.settled(window.locus.call("hang", {}, [], { prefer: "server", deadlineMs: 400 })),
  );
  expect(result).toMatchObject({ code: "deadline_exceeded" });
  expect(result.ms).toBeLessThan(10_000);
});

test("an operation's own error stays where it happened", async () => {
  const codes = await page.evaluate(async () => {
    const call = (prefer: "local" | "server" | "auto") =>
      window.settled(window.locus.call("echo", { surplus: 1 } as never, [], { prefer }));
    const ended = [await call("local"), await call("server"), await call("auto")];
    return ended.map(({ code, ran }) => [code, ran?.place]);
  });
  expect(codes).toEqual([
    ["invalid_parameters", "local"],
    ["invalid_parameters", "server"],
    ["invalid_parameters", "local"],
  ]);
});

/** Answers the next `times` calls as a server without room does. */
async function refuse(code: "queue_full" | "warming", times: number): Promise<void> {
  let left = times;
  await page.route("**/v1/call", async (route) => {
    if (left-- <= 0) return route.continue();
    const json = JSON.stringify({ kind: "reply", id: 0, error: { code, message: "no room" } });
    const header = json.padEnd(json.length + ((16 - ((8 + json.length) % 16)) % 16));
    const prefix = Buffer.from("LOC1\0\0\0\0");
    prefix.writeUInt32LE(header.length, 4);
    await route.fulfill({
      status: 503,
      headers: { "content-type": "application/vnd.locus.frames", "retry-after": "1" },
      body: Buffer.concat([prefix, Buffer.from(header)]),
    });
  });
}

test.each(["queue_full", "warming"] as const)("a server that is %s is asked again when it says", async (code) => {
  await refuse(code, 2);
  const ended = await echo("server");
  expect(ended).toMatchObject({ place: "server" });
  expect(ended.ms).toBeGreaterThan(1_900);
});

test("a server that never has room is asked a few times, then this browser computes", async () => {
  await refuse("queue_full", 100);
  expect(await echo("server")).toMatchObject({ place: "local", reason: "this browser: the server has too much to do" });
});

test("what does not fit in this browser goes to the server, unless it was to stay", async () => {
  const result = await page.evaluate(async () => {
    const call = (prefer: "local" | "auto") =>
      window.settled(window.locus.call("allocate", { bytes: 3_900 * 2 ** 20 }, [], { prefer }));
    const [auto, local] = [await call("auto"), await call("local")];
    return { auto: auto.value?.ran ?? auto.ran, code: local.code, local: local.ran?.place };
  });
  expect(result.auto).toMatchObject({
    place: "server",
    reason: expect.stringMatching(/^server: needs 4\.\d GB, more than this browser can give$/),
  });
  expect(result).toMatchObject({ code: "limit_exceeded", local: "local" });
});

test("without the codec, calls go to the server", async () => {
  await page.route("**/locus_codec_bg.wasm", (route) => route.fulfill({ status: 404, body: "gone" }));
  expect(await echo("auto")).toMatchObject({
    place: "server",
    reason: expect.stringContaining("the codec could not be loaded"),
  });
  expect(await echo("local")).toMatchObject({ code: "unavailable" });
});

test("choosing the server does not download the codec", async () => {
  let asked = false;
  page.on("request", (request) => {
    asked ||= request.url().includes("locus_codec");
  });
  expect(await echo("server")).toMatchObject({ place: "server" });
  expect(asked).toBe(false);
});
