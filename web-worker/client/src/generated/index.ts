// Written by tools/generate from the operations table.
import type { EchoParameters } from "./EchoParameters.ts";
import type { EchoResult } from "./EchoResult.ts";
import type { SpinParameters } from "./SpinParameters.ts";
import type { SpinResult } from "./SpinResult.ts";
import type { HangParameters } from "./HangParameters.ts";
import type { HangResult } from "./HangResult.ts";
import type { PanicParameters } from "./PanicParameters.ts";
import type { PanicResult } from "./PanicResult.ts";
import type { RecurseParameters } from "./RecurseParameters.ts";
import type { RecurseResult } from "./RecurseResult.ts";
import type { AllocateParameters } from "./AllocateParameters.ts";
import type { AllocateResult } from "./AllocateResult.ts";

export type { AllocateParameters } from "./AllocateParameters.ts";
export type { AllocateResult } from "./AllocateResult.ts";
export type { Alpha } from "./Alpha.ts";
export type { ColorSpace } from "./ColorSpace.ts";
export type { EchoParameters } from "./EchoParameters.ts";
export type { EchoResult } from "./EchoResult.ts";
export type { ErrorBody } from "./ErrorBody.ts";
export type { ErrorCode } from "./ErrorCode.ts";
export type { Estimate } from "./Estimate.ts";
export type { HangParameters } from "./HangParameters.ts";
export type { HangResult } from "./HangResult.ts";
export type { Limits } from "./Limits.ts";
export type { PanicParameters } from "./PanicParameters.ts";
export type { PanicResult } from "./PanicResult.ts";
export type { Plane } from "./Plane.ts";
export type { Raster } from "./Raster.ts";
export type { RecurseParameters } from "./RecurseParameters.ts";
export type { RecurseResult } from "./RecurseResult.ts";
export type { Sample } from "./Sample.ts";
export type { SpinParameters } from "./SpinParameters.ts";
export type { SpinResult } from "./SpinResult.ts";

/** Every preinstalled operation, with the types of its parameters and result. */
export interface Operations {
  /** Returns its inputs, unchanged. */
  "echo": { parameters: EchoParameters; result: EchoResult };
  /** For tests: runs until it is stopped, and heeds the stop flag. */
  "spin": { parameters: SpinParameters; result: SpinResult };
  /** For tests: runs for ever and heeds nothing. */
  "hang": { parameters: HangParameters; result: HangResult };
  /** For tests: panics. */
  "panic": { parameters: PanicParameters; result: PanicResult };
  /** For tests: calls itself without end. */
  "recurse": { parameters: RecurseParameters; result: RecurseResult };
  /** For tests: takes memory and gives it back; the instance's has grown. */
  "allocate": { parameters: AllocateParameters; result: AllocateResult };
}
