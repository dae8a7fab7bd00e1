/** What a file says beside its pixels, asked for once for each picture, and only when somebody looks. */
import { isAbort, LocusError, type MetadataResult } from "@locus/client";
import type { Calls } from "../../shared/calls.svelte.ts";
import { sentence } from "../../shared/problem.ts";
import type { Picture } from "../picture.svelte.ts";

export interface Told {
  readonly result?: MetadataResult;
  /** Why nothing can be told. */
  readonly problem?: string;
}

const known = new WeakMap<Picture, Told>();

/** Rejects with an `AbortError` alone; what else went wrong is told. */
export async function metadata(calls: Calls, picture: Picture, signal: AbortSignal): Promise<Told> {
  const before = known.get(picture);
  if (before) return before;
  try {
    const file = await picture.file(signal);
    const call = { title: `Metadata of ${picture.name}`, quiet: true, priority: "background", signal } as const;
    const { result } = await calls.run("image.metadata", {}, [file], call);
    const told = { result };
    known.set(picture, told);
    return told;
  } catch (error) {
    if (signal.aborted || isAbort(error)) throw error;
    const code = error instanceof LocusError ? error.code : "";
    if (code === "unsupported" || code === "unknown_operation") return { problem: "Nothing more can be read here." };
    return { problem: sentence(error instanceof Error ? error.message : String(error)) };
  }
}

/** "1/250 s" of "ExposureTime": names as people read them. */
export function tagName(name: string): string {
  const spaced = name
    .replace(/^GPS(?=[A-Z])/, "")
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
  const [first = "", ...rest] = spaced.split(" ");
  return [first, ...rest.map((word) => (/^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase()))].join(" ");
}

/** XMP without its packet's padding, a tag a line. */
export function xmpLines(xmp: string): string {
  return xmp
    .replace(/<\?xpacket[^>]*\?>/g, "")
    .replace(/>\s+</g, ">\n<")
    .trim();
}
