/**
 * Puts the sample pictures into the built pages: `samples/` is made by the project's own script and lies beside the
 * sources, not among Vite's public files, because it is also the corpus of tests.
 */
import { cp, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Plugin } from "vite";

/** Copies `samples/` to `dist/samples/` after the bundle is written; a checkout without samples still builds. */
export function samples(): Plugin {
  let root = ".";
  let out = "dist";
  return {
    name: "locus-samples",
    apply: "build",
    configResolved(config) {
      root = config.root;
      out = resolve(config.root, config.build.outDir);
    },
    async writeBundle() {
      const from = join(root, "samples");
      if (await stat(from).catch(() => undefined)) await cp(from, join(out, "samples"), { recursive: true });
    },
  };
}
