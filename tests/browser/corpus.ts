// One corpus for every build: files with calls on them, and what they have to
// agree on.

import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { readFrame, writeFrame } from "@locus/client/frame";

const root = resolve(import.meta.dirname, "../..");

/** The JPEG XL conformance files, which are no part of the project. */
export const CONFORMANCE = process.env.LOCUS_CONFORMANCE_DIR ?? join(root, "../shared/jxl-conformance");

export interface Case {
  name: string;
  file: string;
  parameters: object;
}

/** Every file whole; and one of each kind of region and size. */
export function corpus(): Case[] {
  const folders = [join(root, "assets/samples"), ...(existsSync(CONFORMANCE) ? [CONFORMANCE] : [])];
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(jxl|png|jpe?g|gif|webp)$/.test(name) && !name.endsWith(".ref.png"))
      .map((name) => join(folder, name)),
  );
  return files.flatMap((file) => {
    const name = basename(file);
    const whole = { name, file, parameters: {} };
    if (!file.includes("samples")) return [whole];
    const region = { x: 31, y: 17, width: 300, height: 200 };
    return [
      whole,
      { name: `${name}, a region`, file, parameters: { region } },
      { name: `${name}, a region made small`, file, parameters: { region, size: { width: 100, height: 67 } } },
    ];
  });
}

/** A reply's result and payloads, or its error's code. */
export interface Answer {
  result?: unknown;
  code?: string;
  payloads: Uint8Array[];
}

/** The answer of the native build, one thread. */
export async function native({ file, parameters }: Case): Promise<Answer> {
  const oracle = join(root, "target/release/examples/answer");
  if (!existsSync(oracle)) {
    throw new Error(`${oracle} is not there; cargo build --release -p locus-codec-core --example answer makes it`);
  }
  const { stdout } = await promisify(execFile)(oracle, ["image.decode", JSON.stringify(parameters), file], {
    encoding: "buffer",
    maxBuffer: 2 ** 30,
  });
  return answerOf(stdout);
}

/** The server's answer, asked without a browser. */
export async function served(origin: string, { file, parameters }: Case): Promise<Answer> {
  const frame = writeFrame({ kind: "call", id: 1, operation: "image.decode", parameters, inputs: [{ payload: 0 }] }, [
    readFileSync(file),
  ]);
  const response = await fetch(`${origin}/v1/call`, {
    method: "POST",
    headers: { "content-type": "application/vnd.locus.frames" },
    body: frame,
  });
  // What came before the reply is progress.
  const bytes = Buffer.from(await response.arrayBuffer());
  let at = 0;
  for (;;) {
    const next = bytes.indexOf("LOC1", at + 4, "latin1");
    if (next < 0 || bytes.subarray(at, at + 64).includes('"reply"')) break;
    at = next;
  }
  return answerOf(bytes.subarray(at));
}

function answerOf(bytes: Buffer): Answer {
  const { header, payloads } = readFrame(new Uint8Array(bytes));
  if (header.kind !== "reply") throw new Error(`${header.kind} is no reply`);
  return header.error ? { code: header.error.code, payloads } : { result: header.result, payloads };
}
