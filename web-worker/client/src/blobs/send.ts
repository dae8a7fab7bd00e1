// One request that brings bytes of a blob. XMLHttpRequest tells how many have
// gone, which fetch does not; where there is none, fetch has to do.

import { aborted } from "../errors.ts";

/** Milliseconds without a byte after which a connection counts as gone. */
const SILENCE = 30_000;

export interface Bytes {
  url: string;
  blob: Blob;
  /** The first byte that goes, and the one before which it ends. */
  from: number;
  to: number;
  signal: AbortSignal;
  /** How many of the request's bytes have gone. */
  onSent(bytes: number): void;
}

export interface Answered {
  status: number;
  /** How many of the blob's bytes the server has, where it says so. */
  offset: number | undefined;
}

/** Rejects with whatever the network says, or an AbortError. */
export type Send = (bytes: Bytes) => Promise<Answered>;

/** Sends some of the blob. */
export const send: Send = (bytes) => (typeof XMLHttpRequest === "function" ? sendAndTell(bytes) : sendQuietly(bytes));

/** Asks how much of a blob the server has, and whether the rest may come. */
export async function ask(url: string, total: number, signal: AbortSignal): Promise<Answered> {
  const headers = { "content-range": `bytes */${total}` };
  const response = await fetch(url, { method: "PUT", headers, cache: "no-store", signal });
  return { status: response.status, offset: offsetOf(response.headers.get("upload-offset")) };
}

function sendAndTell({ url, blob, from, to, signal, onSent }: Bytes): Promise<Answered> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(aborted());
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headersOf(blob, from, to))) request.setRequestHeader(name, value);
    let timer = setTimeout(() => request.abort(), SILENCE);
    const stop = () => request.abort();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    };
    request.upload.onprogress = ({ loaded }) => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), SILENCE);
      onSent(loaded);
    };
    request.onload = () => {
      end();
      resolve({ status: request.status, offset: offsetOf(request.getResponseHeader("upload-offset")) });
    };
    request.onerror = () => {
      end();
      reject(new TypeError("the upload broke off"));
    };
    request.onabort = () => {
      end();
      reject(signal.aborted ? aborted() : new TypeError("the upload stood still"));
    };
    signal.addEventListener("abort", stop, { once: true });
    request.send(blob.slice(from, to));
  });
}

async function sendQuietly({ url, blob, from, to, signal, onSent }: Bytes): Promise<Answered> {
  const body = blob.slice(from, to);
  const response = await fetch(url, { method: "PUT", headers: headersOf(blob, from, to), body, signal });
  onSent(body.size);
  return { status: response.status, offset: offsetOf(response.headers.get("upload-offset")) };
}

function headersOf(blob: Blob, from: number, to: number): Record<string, string> {
  return {
    "content-type": "application/octet-stream",
    "content-range": `bytes ${from}-${to - 1}/${blob.size}`,
  };
}

function offsetOf(header: string | null): number | undefined {
  const offset = Number(header ?? Number.NaN);
  return Number.isSafeInteger(offset) && offset >= 0 ? offset : undefined;
}
