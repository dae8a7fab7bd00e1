// Reads what a dying thread left in the codec's memory. The layout is that of
// web-worker/src/report.rs: a state, a length, and the words.

const WRITTEN = 2;

/** The words of the thread that died, if one did. */
export function readReport(memory: WebAssembly.Memory, address: number): string | undefined {
  const [state, length] = new Uint32Array(memory.buffer, address, 2);
  if (state !== WRITTEN || !length) return undefined;
  // Copied, because a TextDecoder refuses shared memory.
  return new TextDecoder().decode(new Uint8Array(memory.buffer, address + 8, length).slice());
}
