/**
 * The pages' build. The codec in `public/codec` is copied as it is: bundling its worker helpers would make every
 * thread start the engine again. No inline script is written, as the server's content security policy allows none. All URLs
 * are relative, because the pages may lie under any path.
 */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { offline, worker } from "./offline.ts";
import { precompressed } from "./precompress.ts";
import { samples } from "./samples.ts";

export default defineConfig({
  base: "./",
  plugins: [svelte(), samples(), offline(), precompressed()],
  worker: { format: "es" },
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { viewer: "index.html", explorer: "fractal.html", worker: "src/service-worker.ts" },
      // Browsers know a service worker by its URL.
      output: { entryFileNames: ({ name }) => (name === "worker" ? worker : "assets/[name]-[hash].js") },
    },
  },
});
