/**
 * The page's side of its service worker: registers it once the first screen stands, tells it when there is time for what
 * the visitor may need offline, and knows when a newer build has taken over.
 */
import { calls } from "./calls.svelte.ts";

class Version {
  /** A newer build is there: reloading the page opens it. */
  newer = $state(false);
}

export const version = new Version();

/** Milliseconds between the first screen and what may be needed offline. */
const calm = 8_000;
/** Milliseconds after which a page that is looked at again asks for a newer build. */
const stale = 3_600_000;

/** Call it once a page. Where browsers have no service workers, as on plain http, nothing happens. */
export function keepOffline(): void {
  // A build that a developer is changing is not one to keep.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  let controlled = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => {
    // The first worker is of the page's own build.
    version.newer = controlled;
    controlled = true;
  });
  const start = () => whenIdle(() => void register(serviceWorker).catch(() => undefined));
  if (document.readyState === "complete") start();
  else addEventListener("load", start, { once: true });
}

/** Rejects where the visitor forbids storage, or the server is gone. */
async function register(serviceWorker: ServiceWorkerContainer): Promise<void> {
  // Beside the page, so that a Locus under a path keeps its own pages only.
  const registration = await serviceWorker.register("service-worker.js", { updateViaCache: "none" });
  let asked = performance.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || performance.now() - asked < stale) return;
    asked = performance.now();
    registration.update().catch(() => undefined);
  });
  await serviceWorker.ready;
  setTimeout(() => whenIdle(() => serviceWorker.controller?.postMessage({ codec: wanted() })), calm);
}

/** The build of the codec that this browser would use; none for who lets the server compute, or saves data. */
function wanted(): "plain" | "threads" | undefined {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  if (calls.prefer === "server" || connection?.saveData) return undefined;
  return crossOriginIsolated ? "threads" : "plain";
}

function whenIdle(run: () => void): void {
  // Safari has no such callback.
  if ("requestIdleCallback" in globalThis) requestIdleCallback(run, { timeout: 5_000 });
  else setTimeout(run, 1_000);
}
