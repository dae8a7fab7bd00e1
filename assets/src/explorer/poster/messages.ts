/** What page and worker tell each other about a poster. */
import type { Piece, Sheet } from "./press.ts";

export type ToPress =
  | { kind: "begin"; sheet: Sheet }
  | { kind: "piece"; piece: Piece }
  /** Some bytes went on their way: as many may follow. */
  | { kind: "taken" }
  /** Every piece was sent. */
  | { kind: "end" };

export type FromPress =
  | { kind: "bytes"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "written"; bands: number }
  | { kind: "done" }
  | { kind: "failed"; message: string };
