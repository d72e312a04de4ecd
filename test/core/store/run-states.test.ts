import { describe, expect, it } from "vitest";
import { parseSpec } from "#shared/spec.ts";
import type { Db } from "#core/store/database.ts";
import { countRuns, listRuns, readRun } from "#core/store/read-run.ts";
import { failAbandonedRuns, failRun, finishCell, insertRun, setRunStatus } from "#core/store/write-run.ts";
import { claimRun } from "#core/store/run-owner.ts";
import { fullRun, rowCounts, store } from "./open-store.ts";
import { newRun } from "./sample-run.ts";

describe("failAbandonedRuns", () => {
  const stateOf = (db: Db): unknown => {
    const { run, cells } = readRun(db, "r");
    return [run.status, ...cells.map(({ status, error }) => error?.code ?? status)];
  };
  /** As if another process had begun it. */
  const begunBy = (db: Db, processId: number): void => {
    fullRun(db);
    db.prepare("UPDATE runs SET process_id = ?").run(processId);
  };

  it("fails a run whose process is gone, with the cell that it was measuring; waiting cells stay", () => {
    const db = store();
    begunBy(db, 4242);
    failAbandonedRuns(db, (processId) => processId !== 4242);
    expect(stateOf(db)).toEqual(["failed", "WORKER_DIED", "waiting"]);
    expect(readRun(db, "r").run.finishedAt).toBeNull();
  });

  it("keeps what the run had measured", () => {
    const db = store();
    begunBy(db, 4242);
    failAbandonedRuns(db, () => false);
    expect(readRun(db, "r").cells[0]!.tokens).toHaveLength(1);
  });

  it("leaves a run whose process is alive, and one of this process", () => {
    const db = store();
    begunBy(db, 4242);
    failAbandonedRuns(db, () => true);
    expect(stateOf(db)).toEqual(["running", "running", "waiting"]);
    db.prepare("UPDATE runs SET process_id = ?").run(process.pid);
    failAbandonedRuns(db, () => false);
    expect(stateOf(db)).toEqual(["running", "running", "waiting"]);
  });

  it("fails a run of an earlier process that had this process's id, as in a container", () => {
    const db = store();
    insertRun(db, newRun("mine"));
    db.pragma("foreign_keys = OFF");
    db.exec("UPDATE runs SET id = 'of an earlier process'; UPDATE cells SET run_id = 'of an earlier process'");
    failAbandonedRuns(db, () => true);
    expect(readRun(db, "of an earlier process").run.status).toBe("failed");
  });

  it("leaves runs that have ended", () => {
    const db = store();
    begunBy(db, 4242);
    finishCell(db, "r/1", "done", null);
    setRunStatus(db, "r", "cancelled", "2026-11-21T08:00:00.000Z");
    failAbandonedRuns(db, () => false);
    expect(stateOf(db)).toEqual(["cancelled", "done", "waiting"]);
  });
});

describe("failRun and claimRun", () => {
  it("end a run with a reason, and let it go on", () => {
    const db = store();
    fullRun(db);
    failRun(db, "r", "The disk is full.");
    expect(readRun(db, "r").cells[0]!.error).toEqual({ code: "WORKER_DIED", message: "The disk is full." });
    claimRun(db, "r");
    expect(readRun(db, "r").run).toMatchObject({ status: "running", finishedAt: null });
  });
});

describe("deleting a run", () => {
  it("takes everything that was measured in it, and nothing of another", () => {
    const db = store();
    fullRun(db, "r");
    fullRun(db, "s");
    const both = rowCounts(db);
    db.prepare("DELETE FROM runs WHERE id = 'r'").run();
    const left = rowCounts(db);
    expect(left).toEqual(Object.fromEntries(Object.entries(both).map(([table, count]) => [table, count / 2])));
    expect(readRun(db, "s").cells[0]!.tokens).toHaveLength(1);
  });

  it("cannot take a question set from under a run", () => {
    const db = store();
    insertRun(db, newRun("r"));
    expect(() => db.prepare("DELETE FROM question_sets").run()).toThrow(/FOREIGN KEY/);
  });
});

describe("listRuns", () => {
  it("lists the newest first, of the same second the greater id, and counts cells", () => {
    const db = store();
    insertRun(db, newRun("old", { startedAt: "2026-11-20T00:00:00.000Z" }));
    insertRun(db, newRun("a"));
    insertRun(db, newRun("b"));
    finishCell(db, "b/1", "done", null);
    finishCell(db, "b/2", "failed", null);
    setRunStatus(db, "b", "failed", "2026-11-21T07:01:00.000Z");
    const runs = listRuns(db, { limit: 10, offset: 0 });
    expect(runs.map(({ id }) => id)).toEqual(["b", "a", "old"]);
    expect(runs[0]).toEqual({
      id: "b",
      name: "näme of b",
      status: "failed",
      startedAt: "2026-11-21T07:00:00.000Z",
      finishedAt: "2026-11-21T07:01:00.000Z",
      model: "SmolLM2",
      cells: 2,
      cellsDone: 1,
    });
  });

  it("pages through 3,000 runs without a gap, each page fast", () => {
    const db = store();
    const spec = parseSpec({
      schemaVersion: 1,
      name: "n",
      model: "m",
      cells: [{ format: "fp32" }],
      passes: { forward: {} },
    });
    const writing = process.cpuUsage();
    db.transaction(() => {
      for (let index = 0; index < 3000; index++) {
        const id = `run-${String(index).padStart(4, "0")}`;
        const startedAt = new Date(1.79e12 + 60_000 * (index % 1000)).toISOString();
        insertRun(db, newRun(id, { startedAt, spec, questionSets: [] }));
      }
    })();
    expect(countRuns(db)).toBe(3000);
    const written = process.cpuUsage(writing);
    const reading = process.cpuUsage();
    const seen: string[] = [];
    const times: string[] = [];
    for (let offset = 0; offset < 3000; offset += 100) {
      for (const { id, startedAt } of listRuns(db, { limit: 100, offset })) {
        seen.push(id);
        times.push(startedAt);
      }
    }
    // A list that read whole runs would work as hard as writing them did.
    expect(process.cpuUsage(reading).user).toBeLessThan(written.user / 2);
    expect(new Set(seen).size).toBe(3000);
    expect(times).toEqual([...times].sort().reverse());
    expect(listRuns(db, { limit: 100, offset: 3000 })).toEqual([]);
  });
});
