/**
 * A poster: a view of any size, computed in tiles, coloured and compressed in a worker, and written as a stream. However
 * large it is, only a few bands of its rows are in memory.
 */
import { LocusError, type Reply, type TileParameters, type TilePlane, type TileResult } from "@locus/client";
import type { Paint } from "../colours/colour.ts";
import { extra } from "../colours/modes.ts";
import { geometry, type Part, type PosterView, parts, type Size } from "./bands.ts";
import type { FromPress, ToPress } from "./messages.ts";
import { margins, type Piece } from "./press.ts";

export interface PosterProgress {
  /** Pixels that are computed. */
  pixels: number;
  /** Pixels that there will be. */
  of: number;
  /** Iterations that were performed. */
  iterations: number;
  /** Bytes that were written. */
  bytes: number;
}

export interface PosterOptions {
  view: PosterView;
  size: Size;
  /** Iterations after which a point counts as inside. */
  limit: number;
  paint: Paint;
  /** What the file says of its making; `readParameters` finds it. */
  parameters: object;
  /** Computes a tile, in either place. */
  run(parameters: TileParameters, signal: AbortSignal): Promise<Reply<TileResult>>;
  /** Takes the file: closed when it is whole, aborted when it will not be. */
  sink: WritableStream<Uint8Array<ArrayBuffer>>;
  /** Ends everything; `poster` rejects with its reason. */
  signal: AbortSignal;
  onProgress?: ((progress: PosterProgress) => void) | undefined;
  /** Waited for before a tile is begun: resolves at once while there is no pause. */
  paused?: (() => Promise<void>) | undefined;
  /** Tiles under way at once. Default: two more than there are cores, so that none waits for the page. */
  lanes?: number | undefined;
}

/** Bands that may be under way: one is compressed, one is computed, and one begun, as tiles end out of order. */
const bandsAhead = 3;

/** Rejects with the first failure, and stops what still runs. */
export async function poster(options: PosterOptions): Promise<Pick<PosterProgress, "iterations" | "bytes">> {
  const run = new Run(options);
  const writer = options.sink.getWriter();
  try {
    await run.all(writer);
    await writer.close();
    return run.progress;
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  } finally {
    run.end();
    writer.releaseLock();
  }
}

class Run {
  readonly #options: PosterOptions;
  readonly #worker = new Worker(new URL("./poster.worker.ts", import.meta.url), { type: "module", name: "poster" });
  /** Ends the calls when the caller says so, or when something failed. */
  readonly #stop = new AbortController();
  readonly #margin: number;
  readonly #planes: TilePlane[];
  readonly progress: PosterProgress;
  #written = 0;
  /** Lanes that wait for the next band to be written. */
  #waiting: (() => void)[] = [];

  constructor(options: PosterOptions) {
    this.#options = options;
    const { mode } = options.paint;
    this.#margin = margins[mode];
    this.#planes = ["count", "fraction", ...extra[mode]];
    this.progress = { pixels: 0, of: options.size.width * options.size.height, iterations: 0, bytes: 0 };
  }

  end(): void {
    this.#worker.terminate();
  }

  async all(writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>): Promise<void> {
    const { signal, view, size, paint, parameters } = this.#options;
    signal.throwIfAborted();
    const cancel = () => this.#stop.abort(signal.reason);
    signal.addEventListener("abort", cancel);
    const stopped = new Promise<never>((_, fail) => {
      this.#stop.signal.addEventListener("abort", () => fail(this.#stop.signal.reason));
    });
    try {
      const file = this.#file(writer);
      const level = -Math.log2(Number(view.step));
      this.#tell({
        kind: "begin",
        sheet: { size: plain(size), paint: clonable(paint), level, parameters: plain(parameters) },
      });
      await Promise.race([Promise.all([this.#compute(), file]), stopped]);
    } catch (error) {
      this.#stop.abort(error);
      throw error;
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  #tell(message: ToPress, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Resolves when the worker has sent the whole file and the sink has it. */
  #file(writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>): Promise<void> {
    return new Promise((done, fail) => {
      this.#worker.onerror = (event) => {
        event.preventDefault();
        fail(new LocusError("internal", event.message || "the poster's worker could not be loaded"));
      };
      this.#worker.onmessage = ({ data }: MessageEvent<FromPress>) => {
        switch (data.kind) {
          case "bytes":
            this.progress.bytes += data.bytes.length;
            // The sink says when it has taken them; until then, the worker sends only so many more.
            writer.write(data.bytes).then(() => this.#tell({ kind: "taken" }), fail);
            break;
          case "written":
            this.#written = data.bands;
            for (const go of this.#waiting.splice(0)) go();
            this.#report();
            break;
          case "done":
            done();
            break;
          case "failed":
            fail(new LocusError("internal", data.message));
            break;
        }
      };
    });
  }

  async #compute(): Promise<void> {
    const wanted = parts(this.#options.size);
    const lanes = this.#options.lanes ?? navigator.hardwareConcurrency + 2;
    await Promise.all(Array.from({ length: lanes }, () => this.#lane(wanted)));
    this.#tell({ kind: "end" });
  }

  /** Takes one part after the other; lanes share them. */
  async #lane(wanted: Generator<Part>): Promise<void> {
    for (const part of wanted) {
      while (part.band >= this.#written + bandsAhead) await this.#next();
      await this.#options.paused?.();
      this.#stop.signal.throwIfAborted();
      await this.#tile(part);
    }
  }

  /** Until another band is written. */
  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  async #tile(part: Part): Promise<void> {
    const { view, size, limit, run } = this.#options;
    const place = geometry(view, size, part, this.#margin);
    const reply = await run({ ...place, max_iterations: limit, planes: this.#planes }, this.#stop.signal);
    const pixels = place.size.width * place.size.height;
    const plane = (name: TilePlane) => planeOf(reply, name, pixels);
    const count = new Uint32Array(plane("count"));
    const fraction = new Float32Array(plane("fraction"));
    const { band: _, ...where } = part;
    const piece: Piece = { ...where, margin: this.#margin, count, fraction };
    const transfer = [count.buffer, fraction.buffer];
    for (const name of ["distance", "angle"] as const) {
      if (!this.#planes.includes(name)) continue;
      const floats = new Float32Array(plane(name));
      piece[name] = floats;
      transfer.push(floats.buffer);
    }
    this.#tell({ kind: "piece", piece }, transfer);
    this.progress.pixels += part.width * part.height;
    this.progress.iterations += reply.result.iterations;
    this.#report();
  }

  #report(): void {
    this.#options.onProgress?.({ ...this.progress });
  }
}

/** Pages hold what can change in proxies, which cannot be sent. */
function plain<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function clonable({ palette, tuning, mode, ranks }: Paint): Paint {
  return { ...plain({ palette, tuning, mode }), ranks: ranks && new Float32Array(ranks) };
}

function planeOf({ result, payloads }: Reply<TileResult>, name: TilePlane, pixels: number): ArrayBuffer {
  const payload = payloads[result.raster.planes.find((each) => each.name === name)?.payload ?? -1];
  if (payload?.byteLength !== pixels * 4) throw new LocusError("internal", `the reply's plane ${name} is not whole`);
  // A buffer of its own: typed arrays want it aligned, and what lies beside it is not to be sent away.
  return payload.byteOffset === 0 && payload.byteLength === payload.buffer.byteLength
    ? payload.buffer
    : payload.slice().buffer;
}
