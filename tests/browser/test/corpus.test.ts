// One corpus, one check: native code, the server's runners and both browser
// builds, with one thread and with all, give the same pictures.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, type Case, CONFORMANCE, corpus, native, served } from "../corpus.ts";
import { launch, open, type Served, serve } from "../harness.ts";

/** Two builds may differ by this much in a sample of 8 bits, where rounding falls differently. */
const TOLERANCE = 1;

let browser: Browser;
const servers: Served[] = [];
const pages: { build: string; page: Page; threads: number | undefined }[] = [];

beforeAll(async () => {
  browser = await launch();
  for (const isolation of [true, false]) {
    const server = await serve({ isolation });
    servers.push(server);
    const page = await open(browser, server.origin);
    if (isolation) pages.push({ build: "threads build, 1 thread", page, threads: 1 });
    pages.push({ build: isolation ? "threads build" : "plain build", page, threads: undefined });
  }
});
afterAll(async () => {
  await browser.close();
  for (const server of servers) await server.stop();
});

/** The answer of a browser build, compared with the server's in the page. */
async function inBrowser({ page, threads }: { page: Page; threads: number | undefined }, { file, parameters }: Case) {
  await page.setInputFiles("#files", file);
  return page.evaluate(
    async ({ parameters, threads }) => {
      const file = window.chosen();
      const locus = threads === undefined ? window.locus : window.createLocus({ threads });
      const local = await window.settled(locus.call("image.decode", parameters, [file], { prefer: "local" }));
      const server = await window.settled(window.locus.call("image.decode", parameters, [file], { prefer: "server" }));
      if (threads !== undefined) locus.close();
      if (!local.value || !server.value) return { code: local.code, other: server.code, message: local.message };
      const [a, b] = [local.value.payloads[0], server.value.payloads[0]];
      if (!a || !b) throw new Error("a decode has a payload");
      let most = a.length === b.length ? 0 : 256;
      for (let index = 0; index < a.length; index++) {
        most = Math.max(most, Math.abs((a[index] ?? 0) - (b[index] ?? 0)));
      }
      const { result, ran } = server.value;
      return { result: local.value.result, other: result, most, place: ran.place };
    },
    { parameters, threads },
  );
}

function difference(a: Answer, b: Answer): number {
  const [x, y] = [a.payloads[0], b.payloads[0]];
  if (!x || !y || x.length !== y.length) return 256;
  let most = 0;
  for (let index = 0; index < x.length; index++) most = Math.max(most, Math.abs((x[index] ?? 0) - (y[index] ?? 0)));
  return most;
}

test.each(corpus())("$name", { timeout: 120_000 }, async (subject) => {
  const [server] = servers;
  if (!server) throw new Error("no server");
  const oracle = await native(subject);
  const runner = await served(server.origin, subject);
  expect({ result: runner.result, code: runner.code }).toEqual({ result: oracle.result, code: oracle.code });
  if (oracle.result) expect(difference(oracle, runner), "runner and native").toBeLessThanOrEqual(TOLERANCE);
  for (const page of pages) {
    const answer = await inBrowser(page, subject);
    if (oracle.code) {
      expect({ code: answer.code, other: answer.other }, page.build).toEqual({ code: oracle.code, other: oracle.code });
    } else {
      expect(answer, page.build).toMatchObject({ result: oracle.result, other: oracle.result, place: "server" });
      expect(answer.most, `${page.build} and runner`).toBeLessThanOrEqual(TOLERANCE);
    }
  }
});

test.skipIf(corpus().some(({ file }) => file.startsWith(CONFORMANCE)))("conformance files are there", ({ skip }) => {
  skip(`no conformance files in ${CONFORMANCE}`);
});
