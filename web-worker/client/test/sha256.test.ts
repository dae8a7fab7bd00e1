// Digests, by the browser's own means and without them, against Node's.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { sha256 } from "../src/blobs/sha256.ts";

test.each([0, 1, 55, 56, 63, 64, 65, 1_000_003])("%i bytes have the digest that they should", async (length) => {
  const bytes = new Uint8Array(length).map((_, index) => index * 31);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  expect(await sha256(new Blob([bytes]))).toBe(digest);
  // As on a page that came over plain http.
  expect(await sha256(new Blob([bytes]), null as never)).toBe(digest);
});
