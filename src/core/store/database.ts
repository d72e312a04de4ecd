import Database from "better-sqlite3";
import { accessSync, closeSync, constants, mkdirSync, openSync, readSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { LabError } from "#shared/errors.ts";
import { MIGRATIONS, STORE_VERSION } from "./migrations.ts";

export type Db = Database.Database;

const REQUIRED_NODE = 22;
/** How long a change waits inside SQLite while another program holds the store. */
const LOCKED_MS = 5000;

/**
 * Opens the store and brings it to this version's schema.
 * @param file path, or ":memory:"
 * @throws LabError STORE_UNUSABLE, STORE_TOO_NEW (the file is left untouched), STORE_CORRUPT
 */
export function openDatabase(file: string): Db {
  // better-sqlite3 13 crashes the process on an older Node instead of failing.
  if (Number(process.versions.node.split(".")[0]) < REQUIRED_NODE) {
    throw new LabError("STORE_UNUSABLE", `The store needs Node ${REQUIRED_NODE} or newer; this is ${process.version}.`);
  }
  let db: Db | null = null;
  try {
    if (file !== ":memory:") {
      mkdirSync(dirname(file), { recursive: true });
      // Before SQLite: it would write a -wal and a -shm file beside a database that is not ours to touch.
      refuseNewer(versionInHeader(file), file);
    }
    db = new Database(file);
    db.pragma("foreign_keys = ON");
    db.pragma(`busy_timeout = ${LOCKED_MS}`);
    // Again: a newer program that runs right now may hold its version in the write-ahead log still.
    refuseNewer(db.pragma("user_version", { simple: true }) as number, file);
    db.pragma("journal_mode = WAL");
    // With WAL this loses no committed data when the program dies, only (never corrupting) when the power does.
    db.pragma("synchronous = NORMAL");
    // Sorts too large for the cache would otherwise go through files in the system's temporary folder.
    db.pragma("temp_store = MEMORY");
    migrate(db);
    return db;
  } catch (error) {
    db?.close();
    throw storeError(error, file);
  }
}

/** Where the file format keeps user_version: a big-endian integer (sqlite.org/fileformat2.html, section 1.3). */
const VERSION_OFFSET = 60;
const MAGIC = "SQLite format 3\0";

/** user_version as the file has it, without SQLite; 0 for a file that is not there or is no database. */
function versionInHeader(file: string): number {
  const header = Buffer.alloc(VERSION_OFFSET + 4);
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch {
    return 0; // SQLite makes it, or says why it cannot.
  }
  try {
    const length = readSync(descriptor, header, 0, header.length, 0);
    const isDatabase = length === header.length && header.toString("latin1", 0, MAGIC.length) === MAGIC;
    return isDatabase ? header.readInt32BE(VERSION_OFFSET) : 0;
  } catch {
    return 0;
  } finally {
    closeSync(descriptor);
  }
}

function refuseNewer(version: number, file: string): void {
  if (version <= STORE_VERSION) return;
  throw new LabError(
    "STORE_TOO_NEW",
    `${file} was written by a newer Quantscope (version ${version} of the store, this one knows ${STORE_VERSION}). Update Quantscope, or use another --home.`,
    { file, version },
  );
}

/** Each migration in a transaction of its own, with the version it reaches. */
export function migrate(db: Db, migrations = MIGRATIONS): void {
  migrations.forEach(({ number }, index) => {
    if (number !== index + 1) throw new Error(`migration ${number} stands at place ${index + 1}`);
  });
  const version = (): number => db.pragma("user_version", { simple: true }) as number;
  for (const { number, sql } of migrations) {
    // A transaction that changes nothing would still wait for whoever holds the store.
    if (version() >= number) continue;
    const step = db.transaction(() => {
      // Read inside the transaction: another process may be opening the same database.
      if (version() >= number) return;
      db.exec(sql);
      db.pragma(`user_version = ${number}`);
    });
    step.immediate();
  }
}

/** SQLite's failures in our words; a mistake of ours (a unit stored twice) is no failure of the store and INTERNAL. */
export function storeError(error: unknown, file: string): LabError {
  if (error instanceof LabError) return error;
  const { message } = error as Error;
  const code = (error as { code?: unknown }).code ?? "";
  const details = { file, sqlite: code };
  const cause = { cause: error };
  if (typeof code !== "string" || code === "" || code.startsWith("SQLITE_CONSTRAINT")) {
    return new LabError("INTERNAL", `${file}: ${message}`, details, cause);
  }
  if (code === "SQLITE_FULL" || code === "ENOSPC" || (/^SQLITE_(IOERR|CANTOPEN)/.test(code) && isFull(dirname(file)))) {
    return new LabError("DISK_FULL", `The disk of ${file} is full. Free some space and run again.`, details, cause);
  }
  if (code.startsWith("SQLITE_CORRUPT") || code === "SQLITE_NOTADB") {
    const remedy = "Move it away (a new one is made), or restore a backup.";
    return new LabError("STORE_CORRUPT", `${file} is not a readable database: ${message}. ${remedy}`, details, cause);
  }
  if (isLocked(error)) {
    const remedy = "Another program holds it; wait for its end and try again, or use another --home.";
    return new LabError("STORE_BUSY", `The store ${file} is locked. ${remedy}`, details, cause);
  }
  const remedy = "Choose a folder that you may write to, with --home or QUANTSCOPE_HOME.";
  const why = isWritable(dirname(file)) ? message : `its folder is read-only (${message})`;
  return new LabError("STORE_UNUSABLE", `The store ${file} cannot be used: ${why}. ${remedy}`, details, cause);
}

/** Less than SQLite needs beside a database to read it; it says "disk I/O error" then. */
const LEAST_FREE_BYTES = 128 * 1024;

function isFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < LEAST_FREE_BYTES;
  } catch {
    return false;
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch (error) {
    // What is not there is another matter.
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

/** Changes the store, waiting at most so long for whoever holds it: nothing else of this process goes on meanwhile. */
export function withinMs<T>(db: Db, ms: number, change: () => T): T {
  db.pragma(`busy_timeout = ${ms}`);
  try {
    return change();
  } finally {
    db.pragma(`busy_timeout = ${LOCKED_MS}`);
  }
}

/** Whether another program held the store for longer than SQLite waits. */
export function isLocked(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && (code === "STORE_BUSY" || /^SQLITE_(BUSY|LOCKED)/.test(code));
}

/** For whoever answers any failure last: SQLite's come out in our words, every other as it is. */
export function inOurWords(error: unknown, file: string): unknown {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && code.startsWith("SQLITE_") ? storeError(error, file) : error;
}
