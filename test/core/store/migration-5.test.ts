import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Db, migrate } from "#core/store/database.ts";
import { listHistory } from "#core/store/history-list.ts";
import { underivedRuns } from "#core/store/history-trend.ts";
import { MIGRATIONS } from "#core/store/migrations.ts";
import { finishCell, insertRun, setRunStatus } from "#core/store/write-run.ts";
import { claimRun } from "#core/store/run-owner.ts";
import { store } from "./open-store.ts";
import { environment, newCell, newRun } from "./sample-run.ts";

const NEWEST = { by: "started", descending: true } as const;
const PAGE = { limit: 100, offset: 0 };

/** A database as version 4 left it, with two runs, one of them of another machine and imported. */
function versionFour(): Db {
  const db = new Database(":memory:");
  onTestFinished(() => {
    db.close();
  });
  db.pragma("foreign_keys = ON");
  migrate(db, MIGRATIONS.slice(0, 4));
  insertRun(db, newRun("a"));
  insertRun(db, newRun("b", { environment: { ...environment, machineId: "other", gpus: [] } }));
  for (const [cell, status] of [
    ["a/1", "done"],
    ["a/2", "failed"],
  ] as const)
    finishCell(db, cell, status, null);
  setRunStatus(db, "a", "failed", "2026-11-21T07:01:00.000Z");
  db.exec(`UPDATE runs SET origin = '{"tool":"lm-eval"}' WHERE id = 'b'`);
  return db;
}

describe("migration 5", () => {
  it("gives every run that was there its row, counts and surroundings included", () => {
    const db = versionFour();
    migrate(db);
    const [b, a] = listHistory(db, {}, NEWEST, PAGE);
    expect(a).toMatchObject({ id: "a", status: "failed", cells: 2, cellsDone: 1, cellsFailed: 1, imported: false });
    expect(a).toMatchObject({ machine: "Xeon® Ünit + H200", onnxruntime: "1.30.0", note: "", tags: [] });
    expect(a!.kinds).toEqual([{ format: "fp32", provider: "cpu" }]);
    expect(b).toMatchObject({ id: "b", status: "running", machineId: "other", machine: "Xeon® Ünit", imported: true });
    expect(db.prepare("SELECT duration_ms, driver, app, power FROM history WHERE run_id = 'a'").get()).toEqual({
      duration_ms: 60_000,
      driver: "580.1",
      app: "0.1.0 (b8eadb2)",
      power: "mains",
    });
  });

  it("gives a run that is written later the same row as one that was there before", () => {
    const before = versionFour();
    migrate(before);
    const after = store();
    insertRun(after, newRun("a"));
    finishCell(after, "a/1", "done", null);
    finishCell(after, "a/2", "failed", null);
    setRunStatus(after, "a", "failed", "2026-11-21T07:01:00.000Z");
    const row = (db: Db): unknown => db.prepare("SELECT * FROM history WHERE run_id = 'a'").get();
    expect(row(after)).toEqual(row(before));
  });
});

describe("the row of a run", () => {
  it("follows its name, its end and its cells", () => {
    const db = store();
    insertRun(db, newRun("a", { cells: [newCell("a", 0), newCell("a", 1, { format: "int4", provider: "cuda" })] }));
    finishCell(db, "a/1", "done", null);
    db.exec("UPDATE runs SET name = 'other' WHERE id = 'a'");
    expect(listHistory(db, {}, NEWEST, PAGE)[0]).toMatchObject({
      name: "other",
      cellsDone: 1,
      kinds: [
        { format: "fp32", provider: "cpu" },
        { format: "int4", provider: "cuda" },
      ],
    });
    finishCell(db, "a/1", "failed", null);
    expect(listHistory(db, {}, NEWEST, PAGE)[0]).toMatchObject({ cellsDone: 0, cellsFailed: 1 });
  });

  it("goes with the run", () => {
    const db = store();
    insertRun(db, newRun("a"));
    db.exec("DELETE FROM runs WHERE id = 'a'");
    for (const table of ["history", "run_kinds", "trend_cells"])
      expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0);
  });

  it("is derived again when the run goes on, and not when it is renamed", () => {
    const db = store();
    insertRun(db, newRun("a"));
    setRunStatus(db, "a", "cancelled", null);
    db.exec("UPDATE history SET trend_version = 99 WHERE run_id = 'a'");
    db.exec("UPDATE runs SET name = 'other' WHERE id = 'a'");
    expect(underivedRuns(db, 9).ids).toEqual([]);
    claimRun(db, "a");
    expect(underivedRuns(db, 9).ids).toEqual([]);
    setRunStatus(db, "a", "done", "2026-11-21T08:00:00.000Z");
    expect(underivedRuns(db, 9)).toEqual({ ids: ["a"], total: 1 });
  });
});
