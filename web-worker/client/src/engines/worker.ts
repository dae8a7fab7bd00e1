// An engine, as it is inside: a module worker around one instance of the
// codec, running one call at a time. It is blocked while it runs one: what it
// hears then, it hears through the stop flag.

import { padding } from "../frame.ts";
import type { FromWorker, Part, ToWorker } from "./messages.ts";
import { readReport } from "./report.ts";

/** What wasm-bindgen writes for web-worker/src/lib.rs. */
interface Codec {
  default(options: { module_or_path: WebAssembly.Module }): Promise<unknown>;
  locus_memory(): WebAssembly.Memory;
  locus_report(): number;
  locus_alloc(length: number): number;
  locus_call(frame: number, length: number): number;
  locus_free(): void;
  locus_set_threads(threads: number): void;
  initThreadPool?(threads: number): Promise<unknown>;
}

/** Milliseconds between two messages about progress. */
const PROGRESS_INTERVAL = 50;
/** Bytes of a file that are read at once. */
const SLICE = 8 << 20;
/** Past this a trap without words is taken for memory that could not grow. */
const NEARLY_FULL = 3 * 2 ** 30;

const scope = self as unknown as DedicatedWorkerGlobalScope & { locus_progress(value: number): boolean };
let codec: Codec | undefined;
let stop: Int32Array | undefined;
let heard = 0;

scope.locus_progress = (value) => {
  const now = performance.now();
  if (now - heard >= PROGRESS_INTERVAL) {
    heard = now;
    post({ kind: "progress", value });
  }
  return stop !== undefined && Atomics.load(stop, 0) !== 0;
};

scope.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === "start") void start(data);
  else if (data.kind === "run") void run(data.parts);
});

async function start(options: ToWorker & { kind: "start" }): Promise<void> {
  try {
    stop = options.control && new Int32Array(options.control);
    const loaded: Codec = await import(/* @vite-ignore */ `${options.base}locus_codec.js`);
    await loaded.default({ module_or_path: options.module });
    if (options.threads > 0 && loaded.initThreadPool) {
      await loaded.initThreadPool(options.threads);
      loaded.locus_set_threads(options.threads);
    }
    codec = loaded;
    const memory = loaded.locus_memory();
    const shared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
    post({ kind: "ready", memory: shared ? memory : undefined, report: loaded.locus_report() });
  } catch (error) {
    post({ kind: "died", code: "lost", message: `the codec could not be started: ${words(error)}` });
  }
}

async function run(parts: Part[]): Promise<void> {
  if (!codec) return;
  post({ kind: "begun" });
  const memory = codec.locus_memory();
  try {
    const lengths = parts.map((part) => (part instanceof Blob ? part.size : part.length));
    const length = lengths.reduce((sum, length) => sum + length + padding(length), 0);
    const frame = length < 2 ** 32 ? codec.locus_alloc(length) >>> 0 : 0;
    if (frame === 0) {
      post({ kind: "refused", code: "out_of_memory", message: "there is no memory left for the input" });
      return;
    }
    let at = frame;
    for (const [index, part] of parts.entries()) {
      const size = lengths[index] ?? 0;
      if (part instanceof Blob) {
        const problem = await copyBlob(part, memory, at);
        if (problem) {
          codec.locus_free();
          post({ kind: "refused", code: "invalid_input", message: problem });
          return;
        }
      } else {
        new Uint8Array(memory.buffer, at, size).set(part);
      }
      at += size + padding(size);
    }

    heard = performance.now();
    const began = performance.now();
    const reply = codec.locus_call(frame, length) >>> 0;
    const [prefix, ...payloads] = copyParts(memory, reply);
    codec.locus_free();
    post(
      {
        kind: "done",
        prefix: new Uint8Array(prefix ?? new ArrayBuffer(0)),
        payloads,
        computed_ms: performance.now() - began,
        memory_bytes: memory.buffer.byteLength,
      },
      payloads,
    );
  } catch (error) {
    const said = readReport(memory, codec.locus_report());
    const full = !said && memory.buffer.byteLength >= NEARLY_FULL;
    post({
      kind: "died",
      code: full ? "out_of_memory" : "trapped",
      message: full ? "the browser's memory for the codec is used up" : `the codec trapped: ${said ?? words(error)}`,
    });
  }
}

/** Copies a blob into memory slice by slice; the returned words say why it couldn't. */
async function copyBlob(blob: Blob, memory: WebAssembly.Memory, at: number): Promise<string | undefined> {
  for (let offset = 0; offset < blob.size; offset += SLICE) {
    try {
      const slice = await blob.slice(offset, offset + SLICE).arrayBuffer();
      new Uint8Array(memory.buffer, at + offset, slice.byteLength).set(new Uint8Array(slice));
    } catch (error) {
      return `the file could not be read: ${words(error)}`;
    }
  }
  return undefined;
}

/** Copies the reply's parts out of the codec's memory, each once. */
function copyParts(memory: WebAssembly.Memory, reply: number): ArrayBuffer[] {
  const count = new Uint32Array(memory.buffer, reply, 1)[0] ?? 0;
  const table = new Uint32Array(memory.buffer, reply + 4, 2 * count);
  return Array.from({ length: count }, (_, index) => {
    const length = table[2 * index + 1] ?? 0;
    const copy = new Uint8Array(length);
    copy.set(new Uint8Array(memory.buffer, table[2 * index] ?? 0, length));
    return copy.buffer;
  });
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function post(message: FromWorker, transfer: Transferable[] = []): void {
  scope.postMessage(message, transfer);
}
