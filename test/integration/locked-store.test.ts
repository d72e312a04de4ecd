import Database from "better-sqlite3";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import type { Spec } from "#shared/spec.ts";
import { executeRun, resumeRun, type RunEvent } from "#core/runs/execute.ts";
import type { Patience } from "#core/runs/write-queue.ts";
import { readRun } from "#core/store/read-run.ts";
import { failAbandonedRuns } from "#core/store/write-run.ts";
import { copyModel, questionFile, smallSpec, testLab, type TestLab } from "../helpers/lab.ts";

const PATIENT: Patience = {
  ...{ totalMs: 60_000, cancelledMs: 60_000, pauseMs: 5, tryMs: 0 },
  now: () => performance.now(),
  sleep: (ms) => sleep(ms),
};

/** A lab and another program's connection to its store. */
function sharedLab(onEvent: (event: RunEvent, other: Database.Database) => void): {
  lab: TestLab;
  other: Database.Database;
} {
  const lab = testLab((event) => {
    onEvent(event, other);
  });
  const other = new Database(lab.db.name);
  onTestFinished(() => {
    other.close();
  });
  return { lab, other };
}

const spec = (questions = questionFile(20)): Spec =>
  smallSpec(copyModel("llama"), questions, {
    cells: [{ format: "fp32", threads: 1 }],
    passes: {
      forward: { batchSizes: [1, 4], sequenceLength: 16, warmup: 1, minIterations: 3, minSeconds: 0 },
      tokens: { questions },
    },
  });

describe("a run whose store another program holds", () => {
  it("measures on, says that it waits, and loses nothing", async () => {
    let held = 0;
    const { lab } = sharedLab((event, other) => {
      // Taken in the middle of a launch, and given back when more of it has come.
      if (event.type === "stored" && event.pass === "load") {
        other.exec("BEGIN IMMEDIATE");
        held++;
      }
      if (event.type === "waiting" && event.waiting) void sleep(50).then(() => other.exec("COMMIT"));
    });
    const { runId, status } = await executeRun(spec(), { ...lab, patience: PATIENT });
    expect(status).toBe("done");
    expect(held).toBe(2);
    expect(lab.events.filter(({ type }) => type === "waiting")).toHaveLength(2 * held);
    const { cells } = buildResults(readRun(lab.db, runId));
    expect(cells[0]).toMatchObject({ status: "done", error: null });
    expect(cells[0]!.forward.map(({ batchSize }) => batchSize)).toEqual([1, 4]);
    expect(cells[0]!.tokens).toHaveLength(20);
    expect(cells[0]!.launches.map(({ status: end }) => end)).toEqual(["done", "done"]);
  });

  it("ends with what to do when the wait was in vain; what was stored stays, and a resume finishes it", async () => {
    const { lab, other } = sharedLab((event, held) => {
      if (event.type === "launch" && event.kind === "quality") held.exec("BEGIN IMMEDIATE");
    });
    const running = executeRun(spec(), { ...lab, patience: { ...PATIENT, totalMs: 0 } });
    await expect(running).rejects.toMatchObject({
      code: "STORE_BUSY",
      message: expect.stringContaining("--resume") as string,
    });
    other.exec("COMMIT");
    const { runId } = lab.events.find((event) => event.type === "started")!;
    const before = readRun(lab.db, runId);
    expect(before.cells[0]!.launches.map(({ kind, status }) => [kind, status])).toEqual([["timing", "done"]]);
    expect(before.cells[0]!.forward).toHaveLength(2);
    failAbandonedRuns(lab.db);
    const again = { ...lab, onEvent: () => undefined };
    expect(await resumeRun(runId, again)).toEqual({ runId, status: "done" });
    expect(readRun(lab.db, runId).cells[0]!.tokens).toHaveLength(20);
  });
});
