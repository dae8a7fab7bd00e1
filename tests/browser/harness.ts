// What the browser tests stand on: the real server with the built pages, on a
// port of its own, and a real Chromium with a fresh profile.
//
// Environment: LOCUS_CHROMIUM names the browser, LOCUS_BINARY the server.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join, resolve } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import type {} from "./page/window.ts";

const root = resolve(import.meta.dirname, "../..");

/** The test page as Vite builds it; `assets/dist` are the real pages. */
export const TEST_PAGE = join(import.meta.dirname, "page/dist");

export interface ServeOptions {
  /** Folder with the pages. Default: the test page. */
  pages?: string;
  /** Whether COOP and COEP are sent, without which there are no threads. Default: true. */
  isolation?: boolean;
  /** Further arguments of `locus serve`. */
  args?: string[];
  /** Below which path it serves. Default: none. */
  base?: string;
  /** Listen here again. Default: a free port. */
  port?: number;
}

export interface Served {
  /** With the base path, if there is one. */
  origin: string;
  port: number;
  process: ChildProcess;
  /** What it has logged. */
  log(): string;
  /** Ends it, as `kill -SIGNAL` does, and waits until it has. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts `locus serve` and waits until it answers calls. */
export async function serve(options: ServeOptions = {}): Promise<Served> {
  const binary = process.env.LOCUS_BINARY ?? join(root, "target/release/locus");
  if (!existsSync(binary)) throw new Error(`${binary} is not there; scripts/build makes it`);
  const pages = options.pages ?? TEST_PAGE;
  if (!existsSync(pages))
    throw new Error(
      `${pages} is not there; npm run page (in tests/browser) builds the test page, scripts/build the others`,
    );

  const port = options.port ?? (await freePort());
  const args = [
    "serve",
    "--listen",
    `127.0.0.1:${port}`,
    "--codec",
    join(root, ".locus/dist/codec.wasm"),
    "--cache",
    join(root, ".locus/cache"),
  ];
  args.push(
    "--pages",
    pages,
    "--test-operations",
    ...(options.isolation === false ? ["--no-isolation"] : []),
    ...(options.base ? ["--base-path", options.base] : []),
    ...(options.args ?? []),
  );
  const child = spawn(binary, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (bytes) => (log += bytes));
  const ended = new Promise<void>((settle) => child.once("exit", () => settle()));

  const origin = `http://127.0.0.1:${port}${options.base ?? ""}`;
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  for (const deadline = Date.now() + 30_000; ; ) {
    if (child.exitCode !== null) throw new Error(`locus serve ended with ${child.exitCode}:\n${log}`);
    if ((await status(origin)) === "ok") return { origin, port, process: child, log: () => log, stop };
    if (Date.now() > deadline) {
      await stop("SIGKILL");
      throw new Error(`locus serve was not ready after 30 s:\n${log}`);
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

async function status(origin: string): Promise<string | undefined> {
  try {
    const response = await fetch(`${origin}/v1/health`);
    return ((await response.json()) as { status?: string }).status;
  } catch {
    return undefined;
  }
}

export function freePort(): Promise<number> {
  return new Promise((settle, fail) => {
    const server = createServer();
    server.once("error", fail);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address ? settle(address.port) : fail(new Error("no port"))));
    });
  });
}

/** The path of the Chromium to test in. */
export function chromiumPath(): string {
  return executable("LOCUS_CHROMIUM", ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]);
}

/** The path of a browser: what the environment's variable names, or the first of these that is there. */
export function executable(variable: string, usual: string[]): string {
  const names = process.env[variable] ? [process.env[variable]] : usual;
  for (const name of names) {
    const folders = name.includes("/") ? [""] : (process.env.PATH ?? "").split(delimiter);
    for (const folder of folders) {
      const path = folder ? join(folder, name) : name;
      if (existsSync(path)) return path;
    }
  }
  throw new Error(`no ${names.join(" or ")} to test in; scripts/setup --tests installs one, ${variable} names another`);
}

/** Starts a Chromium with a fresh profile. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Opens the test page, and hears what its console says. */
export async function open(browser: Browser, origin: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  if (process.env.LOCUS_TEST_VERBOSE) {
    page.on("console", (message) => console.log(`page: ${message.text()}`));
    page.on("pageerror", (error) => console.log(`page: ${error}`));
  }
  await page.goto(origin);
  await page.waitForFunction(() => document.title === "ready");
  return page;
}

/** Version of the browser, for reports. */
export function chromiumVersion(): string {
  return execFileSync(chromiumPath(), ["--version", "--no-sandbox"], { encoding: "utf8" }).trim();
}
