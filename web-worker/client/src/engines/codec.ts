// Loading what `scripts/build-web-codec` built: the codec, compiled once a
// page and then handed to every engine, and the estimates.

import { LocusError } from "../errors.ts";

/** Which of the two browser builds. */
export type Build = "plain" | "threads";

/** A build that is there to make engines from. */
export interface Codec {
  /** URL of the folder with its JavaScript. */
  base: string;
  module: WebAssembly.Module;
}

/** Downloads and compiles a build of the codec. */
export function loadCodec(base: string, build: Build): Promise<Codec> {
  return fetchBuild(base, build, "locus_codec_bg.wasm");
}

/**
 * Downloads and compiles `file` of a build. `base` is the URL of the folder
 * with `builds.json`, which names the builds' own folders; those may be cached
 * for ever, so that engines can be made when the server is gone.
 */
export async function fetchBuild(base: string, build: Build | "estimates", file: string): Promise<Codec> {
  const index = new URL("builds.json", base);
  const builds = (await (await fetchOk(index, { cache: "no-cache" })).json()) as Partial<Record<string, string>>;
  const name = builds[build];
  if (!name) throw new LocusError("unavailable", `${index.href} names no build for ${build}`);
  const folder = new URL(`${name}/`, base).href;
  const response = await fetchOk(`${folder}${file}`);
  // Streaming insists on the content type, which not every file server knows.
  const streams = response.headers.get("content-type")?.split(";")[0] === "application/wasm";
  const module = streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
  return { base: folder, module: await module };
}

async function fetchOk(url: string | URL, options?: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  if (!response.ok) throw new LocusError("unavailable", `${url} answers ${response.status}`);
  return response;
}
