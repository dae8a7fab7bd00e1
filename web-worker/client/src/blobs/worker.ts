// Computes digests: reading a file and hashing it is not for the main thread.

import type { FromHasher, ToHasher } from "./messages.ts";
import { sha256 } from "./sha256.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;

scope.addEventListener("message", async ({ data: { id, blob } }: MessageEvent<ToHasher>) => {
  try {
    post({ id, digest: await sha256(blob) });
  } catch (error) {
    post({ id, problem: error instanceof Error ? error.message : String(error) });
  }
});

function post(message: FromHasher): void {
  scope.postMessage(message);
}
