import { defineConfig } from "vitest/config";

/** Files that run the program's measurements: one at a time, or each would measure the other. */
const MEASURING = [
  "test/e2e/{cli,cli-quantize,demo,providers}.test.ts",
  "test/integration/{app,app-large-run,faults,launches,run,shards}.test.ts",
];

/** A page on a busy machine may need seconds for what it shows at once on another. */
const PATIENT = { poll: { timeout: 15_000 } };

// Three speeds. unit: pure, no model. integration: real ONNX models, a real database. e2e: the built program, started as its
// users start it: in a browser, under the Electron stand-in, on the command line. Two files run at once but for those that measure.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          exclude: MEASURING,
          globalSetup: ["test/helpers/unpack-chromium.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
          expect: PATIENT,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "measuring",
          include: MEASURING,
          pool: "forks",
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          expect: PATIENT,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          exclude: MEASURING,
          pool: "forks",
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
          expect: PATIENT,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "unit",
          include: ["test/{shared,core,worker,main,preload,host,cli,renderer,lint,scripts}/**/*.test.ts"],
          sequence: { groupOrder: 3 },
          // No unit test needs more than a second; on a machine that is busy with other work, a second can be long.
          testTimeout: 30_000,
        },
      },
    ],
  },
});
