import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { parseSpec, type Spec, type SpecInput } from "#shared/spec.ts";
import { openLab } from "#core/app/open-lab.ts";
import type { ExecuteOptions, RunEvent } from "#core/runs/execute.ts";
import { forkSpawner } from "#core/runs/spawner.ts";
import { FIXTURES } from "./reference.ts";

/** The built children: what users run, and a third of the time to start that the sources take. */
export const WORKER = built("worker.js");
export const RUN_READER = built("run-reader.js");

function built(name: string): string {
  const file = join(import.meta.dirname, "..", "..", "out", "main", name);
  if (!existsSync(file)) throw new Error(`out/main/${name} is missing: run npm run build first`);
  return file;
}

/** A folder that is removed when the test ends. */
export function scratchDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "quantscope-test-"));
  onTestFinished(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

export interface TestLab extends ExecuteOptions {
  readonly events: RunEvent[];
  readonly controller: AbortController;
}

/** An empty lab in a folder of its own, real processes, events recorded. */
export function testLab(onEvent: (event: RunEvent) => void = () => undefined): TestLab {
  const lab = openLab(join(scratchDir(), "home"));
  onTestFinished(() => {
    lab[Symbol.dispose]();
  });
  const events: RunEvent[] = [];
  const controller = new AbortController();
  return {
    db: lab.db,
    variantsDir: lab.variantsDir,
    scratchDir: lab.scratchDir,
    spawner: forkSpawner(WORKER),
    signal: controller.signal,
    controller,
    events,
    onEvent: (event) => {
      events.push(event);
      onEvent(event);
    },
  };
}

/** A copy of a zoo model that a test may break. */
export function copyModel(name: string): string {
  const dir = join(scratchDir(), name);
  cpSync(join(FIXTURES, "zoo", name), dir, { recursive: true });
  return dir;
}

/** A question file of `count` questions whose answer is always A. */
export function questionFile(count: number): string {
  const file = join(scratchDir(), "small.csv");
  const rows = Array.from(
    { length: count },
    (_, index) => `What comes after ${index}?,${index + 1},${index + 3},${index + 5},7,A`,
  );
  writeFileSync(file, `question,A,B,C,D,answer\n${rows.join("\n")}\n`);
  return file;
}

/** A spec small enough for a test, every pass in it, in one launch. */
export function smallSpec(model: string, questions: string, extra: Partial<SpecInput> = {}): Spec {
  return parseSpec({
    schemaVersion: 1,
    name: "test",
    model,
    depth: "preview",
    launches: 1,
    // One thread: of models this small a second one only waits, and takes a core from the test beside it.
    cells: [
      { format: "fp32", threads: 1 },
      { format: "int4", threads: 1 },
    ],
    passes: {
      forward: { batchSizes: [1, 4], sequenceLength: 16, warmup: 1, minIterations: 3, minSeconds: 0 },
      decode: { promptTokens: 8, newTokens: 4, depths: [0, 16] },
      tokens: { questions },
      benchmark: { questions, maxNewTokens: 3 },
      generate: { prompts: ["The meaning of a name", "Numbers such as"], maxNewTokens: 6 },
    },
    ...extra,
  });
}
