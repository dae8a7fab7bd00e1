// A page with nothing on it but the client, for tests to call.

import { createLocus, LocusError } from "@locus/client";
import { posters } from "./posters.ts";
import type {} from "./window.ts";

window.createLocus = createLocus;
window.locus = createLocus();
window.posters = posters;
window.sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

window.until = async (condition, milliseconds = 10_000) => {
  const end = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`still not so after ${milliseconds} ms: ${condition}`);
    await window.sleep(5);
  }
};

window.settled = async (promise) => {
  const began = performance.now();
  const ms = () => performance.now() - began;
  try {
    return { value: await promise, ms: ms() };
  } catch (error) {
    if (error instanceof LocusError) {
      const { code, message, details, ran } = error;
      return { code, message, details, ...(ran && { ran }), ms: ms() };
    }
    return { code: (error as Error).name, message: (error as Error).message, ms: ms() };
  }
};

window.chosen = () => {
  const file = document.querySelector<HTMLInputElement>("#files")?.files?.[0];
  if (!file) throw new Error("no file was chosen");
  return file;
};

window.digest = async (bytes) => {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes ?? new Uint8Array()));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
};

document.title = "ready";
