// One corpus for every build: the calls that codec-core keeps with their
// files, and the JPEG XL conformance files where these are there.

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Operations } from "@locus/client";
import { FrameReader, type ReplyHeader, writeFrame } from "@locus/client/frame";

const root = resolve(import.meta.dirname, "../..");
const folder = join(root, "codec-core/tests/corpus");

/** The JPEG XL conformance files, which are no part of the project. */
export const CONFORMANCE = process.env.LOCUS_CONFORMANCE_DIR ?? join(root, "../shared/jxl-conformance");

/** How alike two replies have to be: `within1` allows samples of 8 bits to be 1 apart. */
type Likeness = "exact" | "within1";

export interface Case {
  name: string;
  operation: keyof Operations;
  parameters: object;
  /** Paths of the inputs. */
  inputs: string[];
  /** How alike the wasm builds are. */
  equality: Likeness;
  /** How alike a wasm build and the native one are. */
  native: Likeness;
  /** Code of the error that is the reply. */
  error?: string;
}

export function corpus(): Case[] {
  const calls = JSON.parse(readFileSync(join(folder, "calls.json"), "utf8")) as Case[];
  const own = calls.map((call) => ({ ...call, inputs: call.inputs.map((file) => join(folder, file)) }));
  return [...own, ...conformance()];
}

export function conformance(): Case[] {
  if (!existsSync(CONFORMANCE)) return [];
  const files = readdirSync(CONFORMANCE).filter((file) => file.endsWith(".jxl"));
  return files.map((file) => ({
    name: `conformance: ${file}`,
    operation: "image.decode",
    parameters: {},
    inputs: [join(CONFORMANCE, file)],
    equality: "within1",
    native: "within1",
  }));
}

/** How far apart samples may be. */
export function tolerance(likeness: Likeness): number {
  return likeness === "exact" ? 0 : 1;
}

/** A reply's result and payloads, or its error's code. */
export interface Answer {
  result?: unknown;
  code?: string;
  payloads: Uint8Array[];
}

/** The answer of the native build, one thread. */
export async function native({ operation, parameters, inputs }: Case): Promise<Answer> {
  const oracle = join(root, "target/release/examples/answer");
  if (!existsSync(oracle)) {
    throw new Error(`${oracle} is not there; cargo build --release -p locus-codec-core --example answer makes it`);
  }
  const { stdout } = await promisify(execFile)(oracle, [operation, JSON.stringify(parameters), ...inputs], {
    encoding: "buffer",
    maxBuffer: 2 ** 30,
  });
  return answerOf(stdout);
}

/** The server's answer, asked without a browser. */
export async function served(origin: string, { operation, parameters, inputs }: Case): Promise<Answer> {
  const response = await fetch(`${origin}/v1/call`, {
    method: "POST",
    headers: { "content-type": "application/vnd.locus.frames" },
    body: writeFrame(
      { kind: "call", id: 1, operation, parameters, inputs: inputs.map((_, payload) => ({ payload })) },
      inputs.map((file) => readFileSync(file)),
    ),
  });
  return answerOf(new Uint8Array(await response.arrayBuffer()));
}

/** Of a sequence of frames, the reply. */
function answerOf(bytes: Uint8Array): Answer {
  const frame = new FrameReader().push(bytes).find(({ header }) => header.kind === "reply");
  if (!frame) throw new Error("there is no reply");
  const { result, error } = frame.header as ReplyHeader;
  return error ? { code: error.code, payloads: [] } : { result, payloads: frame.payloads };
}

/** The largest difference of two answers' samples; 256 where they are not as long. */
export function apart(a: Answer, b: Answer): number {
  if (a.payloads.length !== b.payloads.length) return 256;
  return Math.max(0, ...a.payloads.map((payload, index) => difference(payload, b.payloads[index])));
}

function difference(a: Uint8Array, b: Uint8Array | undefined): number {
  if (a.length !== b?.length) return 256;
  let most = 0;
  for (let index = 0; index < a.length; index++) most = Math.max(most, Math.abs((a[index] ?? 0) - (b[index] ?? 0)));
  return most;
}
