// Whether this page may have threads, and in plain words why not.

export interface Isolation {
  /** Threads and a stop flag can be had. */
  isolated: boolean;
  /** Why not, and what would change it; for people. */
  reason?: string;
}

export function isolation(scope: typeof globalThis = globalThis): Isolation {
  if (scope.crossOriginIsolated && typeof scope.SharedArrayBuffer === "function") return { isolated: true };
  if (scope.isSecureContext === false) {
    return {
      isolated: false,
      reason:
        "This page came over plain http from another machine, where browsers give no threads. Open it over https, or on the machine itself as localhost.",
    };
  }
  if (!scope.crossOriginIsolated) {
    return {
      isolated: false,
      reason:
        "This page was sent without the headers that isolate it (Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy), and without them browsers give no threads. Serve it with `locus serve`, or have the proxy in front of it keep these headers.",
    };
  }
  return { isolated: false, reason: "This browser has no shared memory, so it can give no threads." };
}
