// A page that makes the calls it is told, and says what they took.

import { createLocus, type Operations } from "@locus/client";
import type {} from "./api.ts";

const locus = createLocus();
const tiny = { center: { re: "0", im: "0" }, step: "0.1", size: { width: 8, height: 8 }, max_iterations: 10 };

/** A chosen file as one that nobody has seen: no decoder reads beyond the end of its format. */
function fresh(name: string): File {
  const file = [...(document.querySelector("input")?.files ?? [])].find((each) => each.name === name);
  if (!file) throw new Error(`${name} was not chosen`);
  return new File([file, crypto.getRandomValues(new Uint8Array(16))], name);
}

window.run = async (calls, prefer) => {
  const took = [];
  const files = new Map<string, File>();
  for (const { operation, parameters, file: name } of calls) {
    if (name !== undefined && !files.has(name)) files.set(name, fresh(name));
    const inputs = [files.get(name ?? "")].filter((file) => file !== undefined);
    const began = performance.now();
    const { payloads, ran } = await locus.call(
      operation,
      parameters as Operations[typeof operation]["parameters"],
      inputs,
      { prefer },
    );
    took.push({
      place: ran.place,
      reason: ran.reason,
      total_ms: performance.now() - began,
      computed_ms: ran.computed_ms,
      reply_bytes: payloads.reduce((sum, { length }) => sum + length, 0),
      input_bytes: inputs.reduce((sum, { size }) => sum + size, 0),
    });
  }
  return took;
};

window.estimate = ({ operation, parameters, file }) =>
  locus.estimate(
    operation,
    parameters as Operations[typeof operation]["parameters"],
    file === undefined ? [] : [fresh(file)],
  );

window.ready = async () => {
  await locus.call("echo", {}, [new Uint8Array(1)], { prefer: "local" });
  await locus.call("fractal.tile", tiny, [], { prefer: "local" });
};

window.loop = () => {
  const source = `const began = performance.now();
    let state = 1;
    for (let turn = 0; turn < 3e7; turn++) state = (state * 1103515245 + 12345) | 0;
    postMessage([performance.now() - began, state]);`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url);
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => {
      worker.terminate();
      URL.revokeObjectURL(url);
      resolve((data as [number, number])[0]);
    };
  });
};

locus.warm();
document.title = "ready";
