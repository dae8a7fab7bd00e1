// Pages that use the client and nothing else, with the codec beside them as the real pages have it.
//
//     vite build FOLDER --config vite.client.ts

import { join } from "node:path";
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: join(import.meta.dirname, "../../assets/public"),
  worker: { format: "es" },
  build: { target: "es2023", modulePreload: { polyfill: false }, reportCompressedSize: false, emptyOutDir: true },
});
