// Calls in both places and both builds.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, open, type Served, serve } from "../harness.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

describe.each([
  { build: "threads", isolation: true },
  { build: "plain", isolation: false },
])("$build build", ({ isolation }) => {
  let server: Served;
  beforeAll(async () => {
    server = await serve({ isolation });
  });
  afterAll(() => server.stop());

  test.each(["local", "server"] as const)("echo returns its inputs from %s", async (prefer) => {
    const page = await open(browser, server.origin);
    const ended = await page.evaluate(async (prefer) => {
      const bytes = new TextEncoder().encode("hello");
      const large = new Uint8Array(5_000_001).map((_, index) => index);
      const ended = await window.settled(
        window.locus.call("echo", {}, [bytes, new Blob([large]), new Uint8Array(0)], { prefer }),
      );
      const [first, second, third] = ended.value?.payloads ?? [];
      return {
        ...ended,
        value: ended.value?.result,
        ran: ended.value?.ran,
        text: new TextDecoder().decode(first),
        same: second?.length === large.length && second.every((byte, index) => byte === large[index]),
        empty: third?.length,
        kept: bytes.length,
        isolated: window.locus.state.current.isolated,
      };
    }, prefer);
    expect(ended).toMatchObject({
      value: { bytes: 5_000_006 },
      text: "hello",
      same: true,
      empty: 0,
      kept: 5,
      isolated: isolation,
    });
    expect(ended.ran).toMatchObject({ place: prefer, reason: expect.stringContaining("as you chose") });
    if (prefer === "server") expect(ended.ran?.moved_bytes).toBeGreaterThan(10_000_000);
    else expect(ended.ran?.moved_bytes).toBe(0);
    await page.context().close();
  });
});
