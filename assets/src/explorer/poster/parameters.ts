/** Where a picture comes from, in the picture: JSON in a PNG's chunk of text with the keyword `locus`. */
import { before, behind, chunk, crc32, latin1, signature } from "./chunks.ts";

const keyword = "locus";
/** Keyword, no compression, no language, no translated keyword (PNG specification, clause 11.3.3.4). */
const head = latin1(`${keyword}\0\0\0\0\0`);
/** Nobody's parameters are longer: what claims to be is not read. */
const longest = 1 << 20;
/** Nor do so many chunks stand before a picture's pixels. */
const most = 1000;

/** The chunk that carries them. */
export function parametersChunk(parameters: object): Uint8Array<ArrayBuffer> {
  return chunk("iTXt", head, new TextEncoder().encode(JSON.stringify(parameters)));
}

/**
 * What a PNG says of its making; undefined for one that says nothing, is damaged there, or is no PNG. Reads no pixels. It
 * was written by whoever made the file: nothing about it is sure.
 */
export async function readParameters(file: Blob): Promise<unknown> {
  const part = async (from: number, length: number) =>
    new Uint8Array(await file.slice(from, from + length).arrayBuffer());
  const start = await part(0, signature.length);
  if (signature.some((byte, at) => start[at] !== byte)) return undefined;
  let at = signature.length;
  for (let count = 0; count < most; count++) {
    const bytes = await part(at, before + head.length);
    if (bytes.length < before) return undefined;
    const length = new DataView(bytes.buffer).getUint32(0);
    const type = String.fromCharCode(...bytes.subarray(4, before));
    if (type === "IDAT" || type === "IEND") return undefined;
    const ours = type === "iTXt" && head.every((byte, index) => bytes[before + index] === byte);
    if (ours && length <= longest) {
      const whole = await part(at, before + length + behind);
      return whole.length === before + length + behind ? parsed(whole) : undefined;
    }
    at += before + length + behind;
  }
  return undefined;
}

function parsed(whole: Uint8Array<ArrayBuffer>): unknown {
  const end = whole.length - behind;
  if (new DataView(whole.buffer).getUint32(end) !== crc32(whole.subarray(4, end))) return undefined;
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(whole.subarray(before + head.length, end)));
  } catch {
    return undefined;
  }
}
