import Database from "better-sqlite3";
import { describe, expect, it, onTestFinished } from "vitest";
import { migrate } from "#core/store/database.ts";
import { MIGRATIONS, STORE_VERSION } from "#core/store/migrations.ts";
import { readRun } from "#core/store/read-run.ts";
import { changeTags, readTags } from "#core/store/tags.ts";
import { setOrigin } from "#core/store/write-stored-run.ts";
import { fullRun, rowCounts, store } from "./open-store.ts";

/** A database as version 3 left it, with a run in it. */
function versionThree(): Database.Database {
  const db = new Database(":memory:");
  onTestFinished(() => {
    db.close();
  });
  db.pragma("foreign_keys = ON");
  migrate(db, MIGRATIONS.slice(0, 3));
  fullRun(db, "r", 3);
  return db;
}

describe("migration 4", () => {
  it("keeps every row, and takes what is there for measured here", () => {
    const db = versionThree();
    const [before, rows] = [rowCounts(db), db.prepare("SELECT * FROM runs").all()];
    migrate(db);
    expect(db.pragma("user_version", { simple: true })).toBe(STORE_VERSION);
    expect(rowCounts(db)).toMatchObject(before);
    expect(rows).toHaveLength(1);
    expect(readRun(db, "r").run).not.toHaveProperty("origin");
    expect(readTags(db, "r")).toEqual([]);
  });
});

describe("setOrigin", () => {
  it("is read with the run, and taken away again", () => {
    const db = store();
    fullRun(db);
    const origin = { tool: "lm-eval" as const, file: "s.jsonl", importedAt: "2026", notes: ["n"], shards: null };
    setOrigin(db, "r", origin);
    expect(readRun(db, "r").run.origin).toEqual(origin);
    setOrigin(db, "r", null);
    expect(readRun(db, "r").run.origin).toBeUndefined();
  });
});

describe("changeTags", () => {
  it("adds and removes, each once, and they go with the run", () => {
    const db = store();
    fullRun(db, "a");
    fullRun(db, "b");
    changeTags(db, "a", { add: ["nightly", " new   driver ", "nightly"] });
    changeTags(db, "b", { add: ["nightly"] });
    expect(readTags(db, "a")).toEqual(["new driver", "nightly"]);
    expect(readTags(db, "b")).toEqual(["nightly"]);
    changeTags(db, "a", { remove: ["nightly", "never there"] });
    expect(readTags(db, "a")).toEqual(["new driver"]);
    db.prepare("DELETE FROM runs WHERE id = 'b'").run();
    expect(db.prepare("SELECT tag FROM run_tags").pluck().all()).toEqual(["new driver"]);
  });

  it.each(["", "   ", "x".repeat(61)])("refuses %j, and then adds none", (tag) => {
    const db = store();
    fullRun(db);
    expect(() => {
      changeTags(db, "r", { add: ["good", tag] });
    }).toThrow(expect.objectContaining({ code: "BAD_REQUEST" }));
    expect(readTags(db, "r")).toEqual([]);
  });

  it("refuses a run that is not there", () => {
    expect(() => {
      changeTags(store(), "x", { add: ["t"] });
    }).toThrow(expect.objectContaining({ code: "RUN_NOT_FOUND" }));
  });
});
