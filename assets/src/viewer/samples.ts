/** The sample pictures that come with the pages. */
import { FetchFailure } from "./problem.ts";

/** A line of `samples/index.json`. */
export interface Sample {
  file: string;
  title: string;
  description: string;
  /** A small picture for its card, relative to `samples/`. */
  thumb?: string;
  width: number;
  height: number;
  bytes: number;
}

const folder = "samples/";

export function sampleUrl(path: string): string {
  return folder + path.split("/").map(encodeURIComponent).join("/");
}

/** The samples, or none where the pages were built without them. */
export async function listSamples(): Promise<Sample[]> {
  const response = await fetch(`${folder}index.json`).catch(() => undefined);
  if (!response?.ok) return [];
  return (await response.json()) as Sample[];
}

/** The sample with this file's name. Rejects with `FetchFailure`, or with an `AbortError`. */
export async function fetchSample(file: string, signal: AbortSignal): Promise<Blob> {
  const response = await fetch(sampleUrl(file), { signal }).catch((error: Error) => {
    throw error.name === "AbortError" ? error : new FetchFailure(0);
  });
  if (!response.ok) throw new FetchFailure(response.status);
  return response.blob();
}
