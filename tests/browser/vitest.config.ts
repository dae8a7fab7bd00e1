import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A browser on a shared machine now and then misses its time; the report names what passed only the second time.
    retry: process.env.CI ? 1 : 0,
    // One browser at a time: machines that test have few cores.
    fileParallelism: false,
  },
});
