import { globSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { machineEnvironment } from "./test/elsewhere/machines.mjs";
import { turnTelemetryOff } from "./src/core/system/telemetry-off.ts";

// Tests that load ONNX Runtime themselves inherit it.
turnTelemetryOff();

/** Measures for minutes, with both cores: whatever ran beside it would take as much longer. */
const DEMO = "test/e2e/demo.test.ts";

/** Files that share what they import: nobody changes it, but for those that put something else in the place of a part of Node's. */
const SHARING = ["test/{shared,renderer,core/{benchmarks,engine,models,onnx,quantize,runs,store}}/**/*.test.ts"];
const STUBBING = [
  "test/core/onnx/{output-files,skeleton,write-model}.test.ts",
  "test/core/runs/{parent-port,run-cell}.test.ts",
  "test/renderer/format/save.test.ts",
  "test/renderer/stores/{bridge,web-socket-bridge}.test.ts",
];

/** Files whose subject differs from machine to machine: once more as on another one (npm run test:elsewhere runs any so). */
const ELSEWHERE = [
  "test/elsewhere/*.test.ts",
  "test/core/system/environment.test.ts",
  "test/renderer/{format/time,system/system-words}.test.ts",
  "test/shared/natural-order.test.ts",
  "test/shared/{format-numbers,charts/*ticks}.test.ts",
];

const OWN_RUNTIME = "test/helpers/own-runtime-folder.ts";

/** A page, or a thread, on a busy machine may need seconds for what it shows at once on another. */
const PATIENT = { poll: { timeout: 15_000 } };

// Three speeds. unit: pure, no model. integration: real ONNX models, a real database. e2e: the built program, started as its
// users start it: in a browser, under the Electron stand-in, on the command line. Three files of the
// latter two run at once, since each waits for pages and processes; none of them asserts how long something took.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "e2e",
          setupFiles: [OWN_RUNTIME],
          include: ["test/e2e/**/*.test.ts"],
          exclude: [DEMO],
          globalSetup: ["test/helpers/unpack-chromium.ts"],
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
          expect: PATIENT,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "integration",
          setupFiles: [OWN_RUNTIME],
          include: ["test/integration/**/*.test.ts"],
          pool: "forks",
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
          expect: PATIENT,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "sharing",
          setupFiles: [OWN_RUNTIME],
          include: SHARING,
          exclude: STUBBING,
          // Nothing of what they import changes, so that it is loaded once for all of them.
          isolate: false,
          sequence: { groupOrder: 1 },
          expect: PATIENT,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "unit",
          setupFiles: [OWN_RUNTIME],
          include: ["test/{shared,core,worker,main,preload,host,cli,renderer,lint,scripts}/**/*.test.ts"],
          exclude: globSync(SHARING, { exclude: STUBBING }),
          sequence: { groupOrder: 1 },
          // No unit test needs more than a second; on a machine that is busy with other work, a second can be long.
          expect: PATIENT,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "fuzz",
          include: ["test/fuzz/**/*.test.ts"],
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "elsewhere",
          include: ELSEWHERE,
          env: machineEnvironment("small"),
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "measuring",
          setupFiles: [OWN_RUNTIME],
          include: [DEMO],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
