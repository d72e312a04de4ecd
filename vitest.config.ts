import { defineConfig } from "vitest/config";

// Three speeds. unit: pure, no model. integration: real ONNX models, a real database, real processes.
// e2e: the built program, started as its users start it; pages: the same in a browser or under the Electron stand-in, where
// nothing is timed, so that two files may run at once.
const PAGES = ["test/e2e/{ui,host,security,electron}*.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          sequence: { groupOrder: 3 },
          // No unit test needs more than a second; on a machine that is busy with other work, a second can be long.
          testTimeout: 30_000,
          include: ["test/{shared,core,worker,main,preload,host,cli,renderer,lint,scripts}/**/*.test.ts"],
        },
      },
      {
        test: {
          name: "integration",
          sequence: { groupOrder: 2 },
          include: ["test/integration/**/*.test.ts"],
          pool: "forks",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "pages",
          include: PAGES,
          globalSetup: ["test/helpers/unpack-chromium.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: PAGES,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
