// The digest that names a blob. Browsers compute it themselves, but not for
// pages that came over plain http from another machine: there wasm does.

export async function sha256(blob: Blob, subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined) {
  if (subtle) {
    const digest = new Uint8Array(await subtle.digest("SHA-256", await blob.arrayBuffer()));
    return `sha256:${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  }
  const { createSHA256 } = await import("hash-wasm");
  const hasher = await createSHA256();
  const chunks = blob.stream().getReader();
  for (;;) {
    const { done, value } = await chunks.read();
    if (done) return `sha256:${hasher.digest("hex")}`;
    hasher.update(value);
  }
}
