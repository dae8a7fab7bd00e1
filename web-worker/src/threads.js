// Loaded with the codec by the engine's own thread and by each thread of its
// pool. When one ends with an error that was no panic (those leave their words
// themselves), says so in the memory that all of them share: nothing else can
// tell the page, since the pool's parent waits inside wasm.

self.addEventListener("unhandledrejection", (event) => {
  void import("../../../locus_codec.js").then((codec) => codec.thread_died(event.reason instanceof RangeError));
});

export function watch() {}
