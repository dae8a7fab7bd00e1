import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Posters are compressed here, which takes its time on a machine that does other work.
    testTimeout: 60_000,
  },
});
