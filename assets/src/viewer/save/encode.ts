/** What is chosen for saving, as parameters of a call and as a file's name. */
import type { EncodeFormat, EncodeParameters, Reply } from "@locus/client";
import type { Calls, CallWish } from "../../shared/calls.svelte.ts";
import { remember, remembered } from "../../shared/settings.ts";
import type { Picture } from "../picture.svelte.ts";
import { type Edit, type Extent, lookedAt } from "../raster/look.ts";

/** `original`: the JPEG that a JPEG XL was made of, as it was. */
export type SaveFormat = EncodeFormat | "original";

export interface SaveWish {
  format: SaveFormat;
  /** JPEG's, 1 to 100. */
  quality: number;
  /** The longer side at most, in pixels; 0 leaves the size as it is. */
  longest: number;
  metadata: "keep" | "strip";
}

export const formatNames: Record<SaveFormat, string> = {
  png: "PNG",
  jpeg: "JPEG",
  webp: "WebP",
  jxl: "JPEG XL",
  qoi: "QOI",
  original: "Original JPEG",
};

export const formatAbout: Record<SaveFormat, string> = {
  png: "Every pixel as it is; opens everywhere.",
  jpeg: "Small, with some loss; no transparency.",
  webp: "Every pixel as it is, smaller than PNG.",
  jxl: "Every pixel as it is, smallest of all.",
  qoi: "Every pixel as it is, written fastest.",
  original: "The JPEG that this file was made of, byte for byte.",
};

const extensions: Record<SaveFormat, string> = {
  png: "png",
  jpeg: "jpg",
  webp: "webp",
  jxl: "jxl",
  qoi: "qoi",
  original: "jpg",
};

const types: Partial<Record<SaveFormat, string>> = {
  png: "image/png",
  jpeg: "image/jpeg",
  webp: "image/webp",
  jxl: "image/jxl",
  original: "image/jpeg",
};

const formats = ["png", "jpeg", "webp", "jxl", "qoi", "original"] as const;
const whole = (name: string, least: number, most: number, otherwise: number) => {
  const values = Array.from({ length: most - least + 1 }, (_, at) => String(at + least));
  return Number(remembered(name, values, String(otherwise)));
};

/** As it was last chosen. */
export function lastWish(): SaveWish {
  return {
    format: remembered("save.format", formats, "png"),
    quality: whole("save.quality", 1, 100, 90),
    longest: whole("save.longest", 0, 65_535, 0),
    metadata: remembered("save.metadata", ["keep", "strip"] as const, "keep"),
  };
}

export function keepWish(wish: SaveWish): void {
  for (const [name, value] of Object.entries(wish)) remember(`save.${name}`, String(value));
}

/** Size of what is saved. */
export function savedSize(wish: SaveWish, edit: Edit, picture: Extent): Extent {
  const { width, height } = lookedAt(edit, picture);
  const factor = wish.longest > 0 ? Math.min(1, wish.longest / Math.max(width, height)) : 1;
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

export function parameters(
  wish: SaveWish & { format: EncodeFormat },
  edit: Edit,
  picture: Extent,
  frame = 0,
): EncodeParameters {
  const { crop, turn, flip } = edit;
  return {
    format: wish.format,
    ...(wish.format === "jpeg" && { quality: wish.quality }),
    metadata: wish.metadata,
    ...(frame > 0 && { frame }),
    ...(crop && { region: { ...crop } }),
    turn,
    flip,
    ...(wish.longest > 0 && { size: savedSize(wish, edit, picture) }),
  };
}

/** "harbour.jxl" → "harbour.png". */
export function fileName(name: string, format: SaveFormat): string {
  const stem = name.replace(/\.[a-z0-9]{1,5}$/i, "") || "picture";
  return `${stem}.${extensions[format]}`;
}

/** Names of one zip: the second of a name gets a number. */
export function distinct(taken: Set<string>, name: string): string {
  let free = name;
  const dot = name.lastIndexOf(".");
  for (let number = 2; taken.has(free.toLowerCase()); number++) {
    free = `${name.slice(0, dot)} (${number})${name.slice(dot)}`;
  }
  taken.add(free.toLowerCase());
  return free;
}

export interface Saved {
  file: File;
  reply: Reply<unknown>;
}

type Wish = Omit<CallWish, "title">;

/** Writes a picture as it was chosen. Rejects as calls do. */
export async function save(
  calls: Calls,
  picture: Picture,
  edit: Edit,
  wish: SaveWish,
  frame: number,
  options: Wish & { signal: AbortSignal },
): Promise<Saved> {
  const input = await picture.file(options.signal);
  const call = { ...options, title: `Save ${fileName(picture.name, wish.format)}` };
  const reply = await (async () => {
    const { format } = wish;
    if (format === "original") return calls.run("jpeg.reconstruct", {}, [input], call);
    const size = picture.size ?? (await inspected(calls, picture, input, options.signal));
    return calls.run("image.encode", parameters({ ...wish, format }, edit, size, frame), [input], call);
  })();
  const [bytes] = reply.payloads;
  if (!bytes) throw new Error("nothing was written");
  const type = types[wish.format];
  return { file: new File([bytes], fileName(picture.name, wish.format), type ? { type } : {}), reply };
}

/** A picture that nobody has looked at yet: its size is in its head. */
async function inspected(calls: Calls, picture: Picture, file: Blob, signal: AbortSignal): Promise<Extent> {
  const title = `Inspect ${picture.name}`;
  const { result } = await calls.run("image.inspect", {}, [file], { title, quiet: true, signal });
  picture.info = result;
  return result;
}
