// The kernels in a worker, as engines have them: one thread, warmed up before it answers the first time. It is asked for
// a kernel, a view and how often; the answer says how many steps that took, and how many seconds.

/** Milliseconds for which each kernel runs until V8 has compiled it for good: cold vectors are slow. */
const WARM_UP = 1200;
/** Rounds of the bare kernel, which then takes some hundredths of a second. */
const ROUNDS = 4_000_000;

const { instance } = await WebAssembly.instantiateStreaming(fetch("/inputs/kernels.wasm"));
const wasm =
  /** @type {{ kernel(view: number): number, plain(view: number): number, bare(chains: number, rounds: number): number }} */ (
    /** @type {unknown} */ (instance.exports)
  );

/** Steps, and seconds. @param {() => number} run @param {number} times */
function measure(run, times = 1) {
  let iterations = 0;
  const began = performance.now();
  for (let time = 0; time < times; time++) iterations += run();
  return { iterations, seconds: (performance.now() - began) / 1000 };
}

/** How fast it got. @param {() => number} run */
function warm(run) {
  let fastest = 0;
  const began = performance.now();
  while (performance.now() - began < WARM_UP) {
    const { iterations, seconds } = measure(run);
    fastest = Math.max(fastest, iterations / seconds);
  }
  return fastest;
}

warm(() => wasm.kernel(0));
warm(() => wasm.plain(0));
// Which number of chains is fastest differs between processors; that one is the ceiling.
const speeds = [4, 6, 8].map((chains) => ({ chains, speed: warm(() => wasm.bare(chains, ROUNDS)) }));
const { chains } = speeds.reduce((a, b) => (a.speed > b.speed ? a : b));

/** @type {Record<string, (view: number) => number>} */
const kernels = { kernel: wasm.kernel, plain: wasm.plain, bare: () => wasm.bare(chains, ROUNDS) };

addEventListener("message", ({ data: { kernel, view, times } }) => {
  const run = kernels[kernel];
  if (!run) throw new Error(`there is no kernel named ${kernel}`);
  postMessage(measure(() => run(view), times));
});
postMessage({ chains });

export {};
