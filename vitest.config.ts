import { defineConfig } from "vitest/config";

// Three speeds. unit: pure, no model. integration: real ONNX models, a real database, real processes.
// e2e: the built program, started as its users start it.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          // No unit test needs more than a second; on a machine that is busy with other work, a second can be long.
          testTimeout: 30_000,
          include: ["test/{shared,core,worker,main,preload,host,cli,renderer,lint,scripts}/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
