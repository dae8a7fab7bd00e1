// Which inputs go by digest, and when they go in the frame after all.

import { expect, test } from "vitest";
import { Inputs, type Keeper, SMALL } from "../src/blobs/inputs.ts";
import type { Answered } from "../src/blobs/send.ts";
import { sha256 } from "../src/blobs/sha256.ts";
import { Uploads } from "../src/blobs/uploads.ts";
import { LocusError } from "../src/errors.ts";

const never = new AbortController().signal;
const small = new Uint8Array(SMALL);
const large = new Uint8Array(SMALL + 1).fill(1);
const file = new Blob([new Uint8Array(100_000)]);

/** A server that takes everything, or always says `status`. */
function keeperOf(status = 201): Keeper & { sent: number } {
  const keeper = {
    sent: 0,
    digest: (blob: Blob) => sha256(blob),
    uploads: new Uploads(
      "/",
      async ({ blob, onSent }): Promise<Answered> => {
        keeper.sent += blob.size;
        onSent(blob.size);
        return { status, offset: undefined };
      },
      async () => ({ status: 202, offset: 0 }),
    ),
  };
  return keeper;
}

test("large inputs go by digest, each blob once, and small ones in the frame", async () => {
  const keeper = keeperOf();
  const inputs = new Inputs([small, file, large, file, new Uint8Array(3)]);
  const fractions: number[] = [];
  await inputs.send(keeper, never, (fraction) => void fractions.push(fraction));
  const { inputs: header, lengths, payloads } = inputs.parts();
  expect(header).toEqual([
    { payload: 0 },
    { digest: await sha256(file), length: 100_000 },
    { digest: await sha256(new Blob([large])), length: SMALL + 1 },
    { digest: await sha256(file), length: 100_000 },
    { payload: 1 },
  ]);
  expect(lengths).toEqual([SMALL, 3]);
  expect(await new Blob(payloads).arrayBuffer()).toHaveProperty("byteLength", SMALL + 16);
  expect(inputs.moved_bytes).toBe(keeper.sent);
  expect(keeper.sent).toBe(100_000 + SMALL + 1);
  expect(fractions.at(-1)).toBe(1);
  expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
});

test("before anything is sent, all go in the frame", () => {
  const inputs = new Inputs([file, large]);
  expect([inputs.byDigest, inputs.parts().lengths]).toEqual([false, [100_000, SMALL + 1]]);
  expect([Inputs.areLarge([small]), Inputs.areLarge([small, large])]).toEqual([false, true]);
});

test("a buffer that has changed has another digest", async () => {
  const keeper = keeperOf();
  const buffer = large.slice();
  const digestNow = async () => {
    const inputs = new Inputs([buffer]);
    await inputs.send(keeper, never, () => {});
    return inputs.parts().inputs[0];
  };
  const before = await digestNow();
  buffer[0] = 99;
  expect(await digestNow()).not.toEqual(before);
});

test("a server that asks once gets it again, and one that asks twice gets it in the frame", async () => {
  const keeper = keeperOf();
  const inputs = new Inputs([file]);
  await inputs.send(keeper, never, () => {});
  await inputs.again(keeper, never, () => {});
  expect([inputs.byDigest, keeper.sent, inputs.moved_bytes]).toEqual([true, 200_000, 200_000]);
  await inputs.again(keeper, never, () => {});
  expect([inputs.byDigest, keeper.sent, inputs.parts().lengths]).toEqual([false, 200_000, [100_000]]);
});

test("what the server does not keep goes in the frame", async () => {
  const inputs = new Inputs([file]);
  await expect(inputs.send(keeperOf(413), never, () => {})).rejects.toMatchObject({ name: "NotKept", status: 413 });
  expect(inputs.byDigest).toBe(false);
});

test("a page that can't hash sends all the same", async () => {
  const digest = () => Promise.reject(new LocusError("unavailable", "no worker"));
  const inputs = new Inputs([file]);
  await inputs.send({ ...keeperOf(), digest }, never, () => {});
  expect(inputs.byDigest).toBe(false);
});

test("hashing is not waited for by a call that is cancelled", async () => {
  const stop = new AbortController();
  const sending = new Inputs([file]).send(
    { ...keeperOf(), digest: () => new Promise(() => {}) },
    stop.signal,
    () => {},
  );
  stop.abort();
  await expect(sending).rejects.toMatchObject({ name: "AbortError" });
});
