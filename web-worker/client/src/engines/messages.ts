// What an engine's worker and the page tell each other. No message has a
// field `type`: wasm-bindgen-rayon's own messages are known by theirs.

/** A part of a frame: the prefix, or an input. */
export type Part = Uint8Array<ArrayBuffer> | Blob;

export type ToWorker =
  | {
      kind: "start";
      /** URL of the folder with this build's `locus_codec.js`. */
      base: string;
      module: WebAssembly.Module;
      /** Threads of the pool; 0 for none. */
      threads: number;
      /** Shared with the page where it is isolated: index 0 is the stop flag. */
      control: SharedArrayBuffer | undefined;
    }
  | { kind: "run"; parts: Part[] };

export type FromWorker =
  /** `memory` and `report` let the page see why a thread died; see report.ts. */
  | { kind: "ready"; memory: WebAssembly.Memory | undefined; report: number }
  | { kind: "begun" }
  | { kind: "progress"; value: number }
  | {
      kind: "done";
      prefix: Uint8Array<ArrayBuffer>;
      payloads: ArrayBuffer[];
      computed_ms: number;
      memory_bytes: number;
    }
  /** The call could not be handed to the codec; the engine is well. */
  | { kind: "refused"; code: "invalid_input" | "out_of_memory"; message: string }
  /** The codec trapped, or could not start; the engine is of no more use. */
  | { kind: "died"; code: "trapped" | "out_of_memory" | "lost"; message: string };
