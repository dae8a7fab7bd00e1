// Large inputs travel once: over calls, a reload, a dropped connection and a
// server that has forgotten them. What goes up is counted on the wire.

import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { chromiumPath, freePort, launch, open, type Served, serve } from "../harness.ts";

const SIZE = 20_000_000;

let folder: string;
let picture: string;
let browser: Browser;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "locus-blobs-"));
  // A picture, and behind it bytes that nobody reads.
  const photo = readFileSync(resolve(import.meta.dirname, "../../../codec-core/tests/corpus/photo.png"));
  picture = join(folder, "picture.png");
  writeFileSync(picture, Buffer.concat([photo, noise(SIZE - photo.length)]));
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

let server: Served;
let wire: Wire;
let data = 0;
let page: Page;
beforeEach(async () => {
  server = await serve({ args: freshData() });
  wire = await Wire.to(server.port);
  page = await open(browser, wire.origin);
  await page.setInputFiles("#files", picture);
});
afterEach(async () => {
  await page.context().close();
  await wire.close();
  await server.stop();
});

/** Arguments for a data folder of its own. */
function freshData(): string[] {
  return ["--data", join(folder, `data-${data++}`)];
}

function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let at = 0;
  for (let block = 0; at < length; block++) at += createHash("sha512").update(`${block}`).digest().copy(bytes, at);
  return bytes;
}

/** What stands between the browser and the server, counts what goes up, and cuts it. */
class Wire {
  origin = "";
  up = 0;
  /** Bytes after which the connection that brings them is cut, once. */
  cutAfter = Infinity;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async to(port: number): Promise<Wire> {
    const own = await freePort();
    const server = createServer((client) => wire.#join(client, port));
    const wire = new Wire(server);
    await new Promise<void>((ready) => server.listen(own, "127.0.0.1", ready));
    wire.origin = `http://127.0.0.1:${own}`;
    return wire;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }

  #join(client: Socket, port: number): void {
    const upstream = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
    client.on("data", (bytes) => {
      this.up += bytes.length;
      if (this.up < this.cutAfter) return;
      this.cutAfter = Infinity;
      client.destroy();
    });
  }
}

/** Inspects the chosen picture so many times, `together` at a time. */
function inspect(calls: number, together = 1) {
  return page.evaluate(
    async ({ calls, together }) => {
      const file = window.chosen();
      const call = () => window.settled(window.locus.call("image.inspect", {}, [file], { prefer: "server" }));
      const ended = [];
      for (let done = 0; done < calls; done += together) {
        ended.push(...(await Promise.all(Array.from({ length: together }, call))));
      }
      return {
        places: [...new Set(ended.map(({ code, value }) => code ?? value?.ran.place))],
        moved: ended.reduce((sum, { value }) => sum + (value?.ran.moved_bytes ?? 0), 0),
        format: ended.at(-1)?.value?.result.format,
      };
    },
    { calls, together },
  );
}

const onServer = { places: ["server"], format: "png" };

test("50 calls on one input and a reload send it once", async () => {
  const first = await inspect(10, 10);
  const next = await inspect(40);
  expect([first, next]).toMatchObject([onServer, onServer]);
  expect(first.moved).toBeGreaterThan(SIZE);
  await page.reload();
  await page.waitForFunction(() => document.title === "ready");
  await page.setInputFiles("#files", picture);
  const last = await inspect(10);
  expect(last).toMatchObject(onServer);
  expect(wire.up).toBeGreaterThan(SIZE);
  expect(wire.up / SIZE).toBeLessThan(1.05);
  const moved = first.moved + next.moved + last.moved;
  expect(moved / SIZE).toBeLessThan(1.05);
});

test("a server that has forgotten an input gets it again, and calls go on", async () => {
  expect(await inspect(2)).toMatchObject(onServer);
  const { port } = server;
  await server.stop("SIGKILL");
  server = await serve({ port, args: freshData() });
  wire.up = 0;
  expect(await inspect(5, 5)).toMatchObject(onServer);
  expect(await inspect(5)).toMatchObject(onServer);
  expect(wire.up / SIZE).toBeGreaterThan(1);
  expect(wire.up / SIZE).toBeLessThan(1.05);
});

test.each([
  { what: "keeps nothing", args: () => [] },
  { what: "has no room for it", args: () => [...freshData(), "--blob-quota", "1000000"] },
])("a server that $what gets it with each call", async ({ args }) => {
  const { port } = server;
  await server.stop();
  server = await serve({ port, args: args() });
  wire.up = 0;
  expect(await inspect(2)).toMatchObject(onServer);
  expect(wire.up).toBeGreaterThan(2 * SIZE);
});

test("an upload goes on after its connection dropped", async () => {
  wire.cutAfter = wire.up + SIZE / 2;
  const result = await inspect(1);
  expect(result).toMatchObject(onServer);
  expect(wire.cutAfter).toBe(Infinity);
  // What was on its way is lost, what had arrived is not.
  expect(wire.up / SIZE).toBeLessThan(1.4);
});

test("an upload tells how far it is, and ends with its call", async () => {
  const result = await page.evaluate(async () => {
    const stop = new AbortController();
    const progress: [string | undefined, number][] = [];
    const call = window.settled(
      window.locus.call("image.inspect", {}, [window.chosen()], {
        prefer: "server",
        signal: stop.signal,
        onProgress: ({ phase, fraction }) => {
          progress.push([phase, fraction]);
          if (fraction > 0) stop.abort();
        },
      }),
    );
    return { code: (await call).code, progress };
  });
  expect(result.code).toBe("AbortError");
  expect(result.progress.every(([phase]) => phase === "upload")).toBe(true);
  expect(result.progress[0]).toEqual(["upload", 0]);
  expect(result.progress.at(-1)?.[1]).toBeGreaterThan(0);
  expect(await inspect(1)).toMatchObject(onServer);
});

test("a page over plain http, where the browser computes no digests, sends an input once", async () => {
  const { port } = server;
  await server.stop();
  server = await serve({ port, args: [...freshData(), "--allow-host", "locus.example"] });
  const args = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP locus.example 127.0.0.1"];
  const plain = await chromium.launch({ executablePath: chromiumPath(), args });
  const context = page.context();
  try {
    page = await open(plain, wire.origin.replace("127.0.0.1", "locus.example"));
    expect(await page.evaluate(() => [window.isSecureContext, crypto.subtle])).toEqual([false, undefined]);
    await page.setInputFiles("#files", picture);
    wire.up = 0;
    expect(await inspect(4)).toMatchObject(onServer);
    expect(wire.up / SIZE).toBeGreaterThan(1);
    expect(wire.up / SIZE).toBeLessThan(1.05);
  } finally {
    await plain.close();
    await context.close();
    page = await open(browser, wire.origin);
  }
});
