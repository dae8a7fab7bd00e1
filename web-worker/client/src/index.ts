// Locus's operations, called from a page.
//
//     const locus = createLocus();
//     const { result, payloads, ran } = await locus.call("image.decode", {}, [file], { prefer: "auto" });
//
// `ran` says where it was computed and why; nothing else depends on it.

export { isAbort, LocusError } from "./errors.ts";
export * from "./generated/index.ts";
export {
  type CallOptions,
  createLocus,
  type Locus,
  type LocusOptions,
  type LocusState,
  type Priority,
  type Progress,
  type Ran,
  type Reply,
} from "./locus.ts";
export { bytes, type Place, type Preference } from "./placement.ts";
export type { Readable } from "./store.ts";
export type { ServerState } from "./transports/health.ts";
export { once } from "./transports/local.ts";
export type { InputData } from "./transports/transport.ts";
