import Database from "better-sqlite3";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LabError } from "#shared/errors.ts";
import { type Db, migrate, openDatabase, storeError } from "#core/store/database.ts";
import { MIGRATIONS, STORE_VERSION } from "#core/store/migrations.ts";
import { countRuns } from "#core/store/read-run.ts";
import { insertRun, setRunStatus } from "#core/store/write-run.ts";
import { scratchDir } from "../../helpers/lab.ts";
import { newRun } from "./sample-run.ts";

function open(file = join(scratchDir(), "home", "store.db")): Db {
  const db = openDatabase(file);
  onTestFinished(() => {
    db.close();
  });
  return db;
}

function refusal(file: string): LabError {
  try {
    openDatabase(file).close();
  } catch (error) {
    return error as LabError;
  }
  throw new Error(`${file} was opened`);
}

const version = (db: Db): number => db.pragma("user_version", { simple: true }) as number;

/** A database as a newer Quantscope would leave it: in WAL mode, with rows. */
function newerDatabase(): string {
  const file = join(scratchDir(), "store.db");
  const db = openDatabase(file);
  insertRun(db, newRun("kept"));
  db.pragma(`user_version = ${STORE_VERSION + 1}`);
  db.close();
  return file;
}

describe("MIGRATIONS", () => {
  it("are numbered from 1 without a gap", () => {
    expect(MIGRATIONS.map(({ number }) => number)).toEqual(MIGRATIONS.map((_, index) => index + 1));
    expect(STORE_VERSION).toBe(MIGRATIONS.length);
  });
});

describe("openDatabase", () => {
  it("brings a fresh database to this version", () => {
    expect(version(open())).toBe(STORE_VERSION);
  });

  it("makes every table STRICT", () => {
    const tables = open().pragma("table_list") as { schema: string; name: string; strict: number }[];
    const ours = tables.filter(({ schema, name }) => schema === "main" && !name.startsWith("sqlite_"));
    expect(ours.length).toBeGreaterThanOrEqual(9);
    expect(ours.filter(({ strict }) => strict !== 1)).toEqual([]);
  });

  it("has foreign keys on, a write-ahead log, and patience with another writer", () => {
    const db = open();
    expect(db.pragma("foreign_keys", { simple: true })).toBe(1);
    expect(db.pragma("journal_mode", { simple: true })).toBe("wal");
    expect(db.pragma("busy_timeout", { simple: true })).toBe(5000);
  });

  it("finds what was stored when it opens the file again", () => {
    const file = join(scratchDir(), "store.db");
    const first = openDatabase(file);
    insertRun(first, newRun("a"));
    first.close();
    expect(countRuns(open(file))).toBe(1);
  });

  it("opens in memory, each time an empty one", () => {
    const first = open(":memory:");
    insertRun(first, newRun("a"));
    expect(countRuns(first)).toBe(1);
    expect(countRuns(open(":memory:"))).toBe(0);
  });

  it("lets a second connection read and write while the first has the file open", () => {
    const file = join(scratchDir(), "store.db");
    const [first, second] = [open(file), open(file)];
    insertRun(first, newRun("a"));
    insertRun(second, newRun("b"));
    expect([countRuns(first), countRuns(second)]).toEqual([2, 2]);
  });

  it("lets another process write while this one reads and writes", () => {
    const file = join(scratchDir(), "store.db");
    const db = open(file);
    insertRun(db, newRun("a"));
    const reader = db.prepare("SELECT id FROM runs").iterate();
    reader.next();
    const source = join(import.meta.dirname, "..", "..", "..", "src", "core", "store");
    const script = `
      const { openDatabase } = await import(${JSON.stringify(join(source, "database.ts"))});
      const { setRunStatus } = await import(${JSON.stringify(join(source, "write-run.ts"))});
      const db = openDatabase(${JSON.stringify(file)});
      setRunStatus(db, "a", "done", "2026-11-21T08:00:00.000Z");
      db.close();`;
    const other = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    expect({ status: other.status, stderr: other.stderr }).toEqual({ status: 0, stderr: "" });
    reader.return!();
    setRunStatus(db, "a", "failed", null);
    expect(db.prepare("SELECT status FROM runs").pluck().get()).toBe("failed");
  });

  it("refuses a database of a newer version and leaves every byte and the folder as they are", () => {
    const file = newerDatabase();
    const before = readFileSync(file);
    expect(refusal(file)).toMatchObject({ code: "STORE_TOO_NEW", details: { version: STORE_VERSION + 1 } });
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(dirname(file))).toEqual(["store.db"]);
  });

  it("refuses a newer version that is in the write-ahead log only", () => {
    const file = join(scratchDir(), "store.db");
    const newer = open(file);
    newer.pragma(`user_version = ${STORE_VERSION + 1}`);
    expect(refusal(file)).toMatchObject({ code: "STORE_TOO_NEW" });
  });

  it("tells the user to update when the database is newer", () => {
    expect(refusal(newerDatabase()).message).toMatch(/store\.db was written by a newer Quantscope.*Update Quantscope/);
  });

  it("says of a text file that it is no database, and leaves it", () => {
    const file = join(scratchDir(), "store.db");
    const text = "This is a shopping list and no database.\n".repeat(50);
    writeFileSync(file, text);
    expect(refusal(file)).toMatchObject({ code: "STORE_CORRUPT" });
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  it("says of a database with overwritten pages that it is corrupt", () => {
    const file = join(scratchDir(), "store.db");
    const db = openDatabase(file);
    db.pragma("user_version = 0");
    db.close();
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0x5a, 100, 4096));
    expect(refusal(file)).toMatchObject({ code: "STORE_CORRUPT" });
  });

  it("cannot use a folder below a regular file", () => {
    const file = join(scratchDir(), "file");
    writeFileSync(file, "");
    const { code, message } = refusal(join(file, "home", "store.db"));
    expect(code).toBe("STORE_UNUSABLE");
    expect(message).toContain("--home or QUANTSCOPE_HOME");
  });

  it("cannot use a folder as the file", () => {
    const folder = join(scratchDir(), "store.db");
    mkdirSync(folder);
    expect(refusal(folder)).toMatchObject({ code: "STORE_UNUSABLE" });
  });
});

describe("migrate", () => {
  const fresh = (): Db => {
    const db = new Database(":memory:");
    onTestFinished(() => {
      db.close();
    });
    return db;
  };
  const first = { number: 1, sql: "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);" };
  const second = { number: 2, sql: "ALTER TABLE a ADD COLUMN y INTEGER; UPDATE a SET y = x + 1;" };

  it("runs each migration once", () => {
    const db = fresh();
    migrate(db, [first]);
    migrate(db, [first, second]);
    migrate(db, [first, second]);
    expect(db.prepare("SELECT x, y FROM a").all()).toEqual([{ x: 1, y: 2 }]);
    expect(version(db)).toBe(2);
  });

  it("takes a failing migration back whole and keeps those before it", () => {
    const db = fresh();
    const failing = { number: 2, sql: "CREATE TABLE b (x INTEGER); DELETE FROM a; INSERT INTO nowhere VALUES (1);" };
    expect(() => {
      migrate(db, [first, failing]);
    }).toThrow(/nowhere/);
    expect(version(db)).toBe(1);
    expect(db.prepare("SELECT name FROM sqlite_schema").pluck().all()).toEqual(["a"]);
    expect(db.prepare("SELECT count(*) FROM a").pluck().get()).toBe(1);
  });

  it("refuses a gap in the numbers before it changes anything", () => {
    const db = fresh();
    expect(() => {
      migrate(db, [first, { ...second, number: 3 }]);
    }).toThrow("migration 3 stands at place 2");
    expect(version(db)).toBe(0);
  });
});

describe("storeError", () => {
  const failing = (code: unknown): LabError => storeError(Object.assign(new Error("why"), { code }), "store.db");

  it.each([
    ["SQLITE_FULL", "DISK_FULL"],
    ["ENOSPC", "DISK_FULL"],
    ["SQLITE_CORRUPT_VTAB", "STORE_CORRUPT"],
    ["SQLITE_NOTADB", "STORE_CORRUPT"],
    ["SQLITE_READONLY", "STORE_UNUSABLE"],
    ["SQLITE_BUSY", "STORE_BUSY"],
    ["EACCES", "STORE_UNUSABLE"],
    ["SQLITE_CONSTRAINT_PRIMARYKEY", "INTERNAL"],
    [undefined, "INTERNAL"],
  ])("takes %s for %s and keeps the cause", (code, expected) => {
    const error = failing(code);
    expect(error.code).toBe(expected);
    expect(error.message).toContain("store.db");
    expect(error.cause).toBeInstanceOf(Error);
  });

  it("passes an error in our own words on", () => {
    const own = new LabError("DISK_FULL", "full");
    expect(storeError(own, "store.db")).toBe(own);
  });

  it("does not send the user to another folder when another program holds the store", () => {
    expect(failing("SQLITE_BUSY").message).toContain("Another program holds it");
  });
});
