// One corpus, one check: native code, the server's runners and both browser
// builds, with one thread and with all, give the same replies.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apart, type Case, CONFORMANCE, conformance, corpus, native, served, tolerance } from "../corpus.ts";
import { launch, open, type Served, serve } from "../harness.ts";

/** One of the browser's builds, with this many threads; `undefined` for all there are. */
interface Build {
  name: string;
  page: Page;
  threads: number | undefined;
}

let browser: Browser;
const servers: Served[] = [];
const builds: Build[] = [];

beforeAll(async () => {
  browser = await launch();
  for (const isolation of [true, false]) {
    const server = await serve({ isolation });
    servers.push(server);
    const page = await open(browser, server.origin);
    if (isolation) builds.push({ name: "threads build, 1 thread", page, threads: 1 });
    builds.push({ name: isolation ? "threads build" : "plain build", page, threads: undefined });
  }
});
afterAll(async () => {
  await browser.close();
  for (const server of servers) await server.stop();
});

/** The answers of a browser build and of the server, compared in the page. */
async function inBrowser({ page, threads }: Build, { operation, parameters, inputs }: Case) {
  await page.setInputFiles("#files", inputs);
  return page.evaluate(
    async ({ operation, parameters, threads }) => {
      const files = [...(document.querySelector<HTMLInputElement>("#files")?.files ?? [])];
      const locus = threads === undefined ? window.locus : window.createLocus({ threads });
      const call = (prefer: "local" | "server") =>
        window.settled((prefer === "local" ? locus : window.locus).call(operation, parameters, files, { prefer }));
      const [local, server] = [await call("local"), await call("server")];
      if (threads !== undefined) locus.close();
      const places = [local, server].map((ended) => (ended.value?.ran ?? ended.ran)?.place);
      if (!local.value || !server.value) return { places, local: { code: local.code }, server: { code: server.code } };

      let most = local.value.payloads.length === server.value.payloads.length ? 0 : 256;
      for (const [index, a] of local.value.payloads.entries()) {
        const b = server.value.payloads[index];
        if (a.length !== b?.length) most = 256;
        for (let at = 0; at < a.length; at++) most = Math.max(most, Math.abs((a[at] ?? 0) - (b?.[at] ?? 0)));
      }
      return { places, local: { result: local.value.result }, server: { result: server.value.result }, apart: most };
    },
    { operation, parameters: parameters as never, threads },
  );
}

test.each(corpus())("$name", { timeout: 120_000 }, async (subject) => {
  const [server] = servers;
  if (!server) throw new Error("no server");
  const oracle = await native(subject);
  expect(oracle.code).toBe(subject.error);
  const expected = subject.error ? { code: subject.error } : { result: oracle.result };

  const runner = await served(server.origin, subject);
  expect(runner, "the runner").toMatchObject(expected);
  expect(apart(oracle, runner), "native and runner").toBeLessThanOrEqual(tolerance(subject.native));
  for (const build of builds) {
    const answer = await inBrowser(build, subject);
    expect(answer, build.name).toMatchObject({ places: ["local", "server"], local: expected, server: expected });
    expect(answer.apart ?? 0, `${build.name} and runner`).toBeLessThanOrEqual(tolerance(subject.equality));
  }
});

if (conformance().length === 0) {
  test("conformance files are there", ({ skip }) => {
    skip(`no conformance files in ${CONFORMANCE}`);
  });
}
