// The page, with the codec beside it as the real pages have it.

import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  publicDir: "../../../assets/public",
  worker: { format: "es" },
  build: { target: "es2023", modulePreload: { polyfill: false }, reportCompressedSize: false, emptyOutDir: true },
});
