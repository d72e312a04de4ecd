import Database from "better-sqlite3";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Db, openDatabase } from "#core/store/database.ts";
import { RUN_TABLES, stageRun } from "#core/store/stage-run.ts";
import { keep } from "#core/store/library.ts";
import { readRun } from "#core/store/read-run.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { fullRun, rowCounts, store } from "./open-store.ts";

function storeFile(): { db: Db; folder: string } {
  const folder = temporaryFolder();
  const db = openDatabase(join(folder, "store.db"));
  onTestFinished(() => {
    db.close();
  });
  return { db, folder };
}

describe("RUN_TABLES", () => {
  it("are all that hold something of a run, but what triggers and users make", () => {
    const db = store();
    const made = ["history", "run_kinds", "run_tags", "trend_cells", "pinned_baseline"];
    const named = db
      .prepare<[], string>(
        `SELECT DISTINCT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
         WHERE m.type = 'table' AND c.name IN ('run_id', 'cell_id', 'set_sha256')`,
      )
      .pluck()
      .all();
    const holding = ["runs", "question_sets", ...named.filter((name) => !made.includes(name))];
    expect([...RUN_TABLES].toSorted()).toEqual(holding.toSorted());
  });
});

describe("stageRun", () => {
  it("leaves the store to others while the run is built, and then copies every row", () => {
    const { db } = storeFile();
    const other = new Database(db.name, { timeout: 0 });
    onTestFinished(() => {
      other.close();
    });
    using staged = stageRun(db, (into) => {
      fullRun(into);
      keep(other, "a", "1");
    });
    keep(other, "b", "2");
    expect(rowCounts(db).runs).toBe(0);
    db.transaction(() => {
      staged.write();
    }).immediate();
    const direct = store();
    fullRun(direct);
    expect(rowCounts(db)).toEqual(rowCounts(direct));
    const { run, ...rest } = readRun(db, "r");
    expect(rest.cells.map(({ launches, ...cell }) => [cell, launches.length])).toEqual(
      readRun(direct, "r").cells.map(({ launches, ...cell }) => [cell, launches.length]),
    );
    expect(run.name).toBe("näme of r");
  });

  it("leaves nothing behind, written or not", () => {
    const { db, folder } = storeFile();
    stageRun(db, fullRun)[Symbol.dispose]();
    expect(() =>
      stageRun(db, () => {
        throw new Error("no run");
      }),
    ).toThrow("no run");
    expect(readdirSync(join(folder, "temp"))).toEqual([]);
    expect(rowCounts(db).runs).toBe(0);
  });
});
