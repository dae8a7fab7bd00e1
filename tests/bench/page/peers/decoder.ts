// What every decoder here does, and how one in a worker is asked.

/** RGBA, row by row, straight alpha. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
  /** Of a sample; past 8 each takes two bytes. */
  bits: number;
  threads?: number;
}

export type Decoder = (file: Blob) => Promise<Pixels>;

/** Milliseconds after which a peer is given up: some hang on files that they can't read. */
const PATIENCE = 60_000;

/** What a peer's worker answers. */
export type Answer = { pixels: Pixels } | { error: string };

/** A decoder that posts the file's bytes to a worker, which is made at the first decode. */
export function inWorker(make: () => Worker): Decoder {
  let worker: Worker | undefined;
  return async (file) => {
    worker ??= make();
    const { promise, resolve, reject } = Promise.withResolvers<Pixels>();
    const silence = setTimeout(() => {
      worker?.terminate();
      worker = undefined;
      reject(new Error(`no answer after ${PATIENCE / 1000} s`));
    }, PATIENCE);
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ("pixels" in data) resolve(data.pixels);
      else reject(new Error(data.error));
    };
    worker.onerror = (event) => reject(new Error(event.message || "the worker failed"));
    const bytes = await file.arrayBuffer();
    worker.postMessage(bytes, [bytes]);
    return promise.finally(() => clearTimeout(silence));
  };
}

/** What is used here of the type that TypeScript knows only where it doesn't know pages. */
interface WorkerScope {
  onmessage: (event: MessageEvent<ArrayBuffer>) => void;
  postMessage(message: Answer, transfer?: Transferable[]): void;
}

/** A worker's side: answers each message with what `decode` makes of it. */
export function serve(decode: (bytes: ArrayBuffer) => Promise<Pixels>): void {
  const scope = self as unknown as WorkerScope;
  scope.onmessage = async ({ data }) => {
    try {
      const pixels = await decode(data);
      scope.postMessage({ pixels }, [pixels.data.buffer]);
    } catch (error) {
      scope.postMessage({ error: String(error) });
    }
  };
}
