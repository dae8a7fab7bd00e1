// The page in which decoders are compared, with the codec beside it as the real pages have it. `jxl.js` is made to be
// loaded as it is, so its files are copied, not bundled.

import { cp } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { defineConfig } from "vite";

const out = join(import.meta.dirname, "dist");

export default defineConfig({
  root: import.meta.dirname,
  publicDir: "../../../assets/public",
  worker: { format: "es" },
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    emptyOutDir: true,
    assetsInlineLimit: 0,
  },
  plugins: [
    {
      name: "jxl.js",
      async writeBundle() {
        const jxl = dirname(createRequire(import.meta.url).resolve("jxl.js/package.json"));
        await cp(join(jxl, "multithread"), join(out, "jxl.js"), { recursive: true });
      },
    },
  ],
});
