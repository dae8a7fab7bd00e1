/** Loads the canvas's library, which the first screen does without: once, and again if it could not be had. */

export type StageModule = typeof import("./stage.ts");

let loading: Promise<StageModule> | undefined;

/** Rejects when the server does not answer; asking again tries again. */
export function loadStage(): Promise<StageModule> {
  loading ??= import("./stage.ts").catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Milliseconds between two tries. */
const pause = 2000;

/** Tries until it is there, or until `signal` says that nobody waits any more. */
export async function awaitStage(signal: AbortSignal): Promise<StageModule | undefined> {
  while (!signal.aborted) {
    const module = await loadStage().catch(() => undefined);
    if (module) return module;
    await new Promise((wake) => setTimeout(wake, pause));
  }
  return undefined;
}
