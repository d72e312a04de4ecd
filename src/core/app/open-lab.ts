import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { LabError, toEnvelope } from "#shared/errors.ts";
import { type Db, openDatabase, storeError } from "#core/store/database.ts";
import { copyStore } from "#core/store/copy-store.ts";
import { failAbandonedRuns } from "#core/store/write-run.ts";
import { removeStale } from "#core/onnx/output-files.ts";
import { isAlive } from "#core/system/process-identity.ts";
import { keepProblemsIn, logProblem } from "#core/system/problems.ts";
import { makeTemporary, PROFILE_PREFIX, removeAbandoned, removeTemporary } from "#core/system/temporary.ts";
import { keepUnfinishedIn } from "#core/system/unfinished.ts";
import { temporaryDir } from "./lab-home.ts";

export { isAlive } from "#core/system/process-identity.ts";
export { labHome } from "./lab-home.ts";

/** An opened data folder: the store, and where made files go. */
export interface Lab extends Disposable {
  readonly home: string;
  readonly db: Db;
  /** Why nothing can be stored, as a sentence with the remedy: the store is then a copy that is only read. Else null. */
  readonly readOnly: string | null;
  /** Where variants that runs need are made: the model's own folder stays as it is. */
  readonly variantsDir: string;
  /** Where unfinished runs keep what their cells compare with. */
  readonly scratchDir: string;
  /** Where files wait for the browser that fetches them. */
  readonly exportsDir: string;
  /** Where this process and its children have their temporary files. */
  readonly temporaryDir: string;
}

/** @throws LabError STORE_* or DISK_FULL when the folder or its database cannot be used */
export function openLab(home: string): Lab {
  try {
    makeFolders(home);
  } catch (error) {
    throw new LabError(
      "STORE_UNUSABLE",
      `${home} cannot be used as the data folder: ${(error as Error).message}. Choose another with --home or QUANTSCOPE_HOME.`,
      { home },
      { cause: error },
    );
  }
  const db = openDatabase(storeFile(home));
  try {
    failAbandonedRuns(db, isAlive);
  } catch (error) {
    db.close();
    throw storeError(error, storeFile(home));
  }
  keepProblemsIn(home);
  keepUnfinishedIn(temporaryDir(home));
  removeLeftovers(home);
  return labOf(home, { db, readOnly: null, temporary: temporaryDir(home), dispose: () => undefined });
}

/**
 * For commands that only read, and for the pages: where the disk is full or the folder is read-only, what is stored can still be
 * seen, shown and exported.
 * @throws LabError STORE_*, DISK_FULL where there is nothing to read, or no place for a copy either
 */
export function openLabToRead(home: string): Lab {
  try {
    return openLab(home);
  } catch (error) {
    const { code, message, details } = toEnvelope(error);
    // Who holds the store may be writing it: a copy of that would be half of two states.
    const held = String(details.sqlite).startsWith("SQLITE_BUSY");
    if (held || (code !== "STORE_UNUSABLE" && code !== "DISK_FULL") || !existsSync(storeFile(home))) throw error;
    return openCopy(home, error, message);
  }
}

function openCopy(home: string, cause: unknown, why: string): Lab {
  let temporary: string | null = null;
  let db: Db;
  try {
    temporary = makeTemporary(tmpdir(), COPY_PREFIX);
    db = openDatabase(copyStore(storeFile(home), temporary));
    failAbandonedRuns(db, isAlive);
    // Whatever was written would be lost with the copy.
    db.pragma("query_only = ON");
  } catch {
    if (temporary !== null) removeTemporary(temporary);
    // Why the store itself cannot be used is what the user can mend.
    throw cause;
  }
  const readOnly = `Nothing can be stored now: ${why} What is stored is shown as it was a moment ago.`;
  return labOf(home, { db, readOnly, temporary, dispose: removeTemporary.bind(null, temporary) });
}

interface Opened {
  readonly db: Db;
  readonly readOnly: string | null;
  readonly temporary: string;
  readonly dispose: () => void;
}

function labOf(home: string, { db, readOnly, temporary, dispose }: Opened): Lab {
  return {
    home,
    db,
    readOnly,
    variantsDir: join(home, "variants"),
    scratchDir: join(home, "scratch"),
    exportsDir: join(readOnly === null ? home : temporary, "exports"),
    temporaryDir: temporary,
    [Symbol.dispose]: () => {
      db.close();
      dispose();
    },
  };
}

function storeFile(home: string): string {
  return join(home, "quantscope.db");
}

const COPY_PREFIX = "quantscope-copy-";

/** Removes what killed processes left. A file that cannot be removed now stays for the next start; the log says so. */
function removeLeftovers(home: string): void {
  try {
    removeAbandoned(temporaryDir(home));
    for (const prefix of [PROFILE_PREFIX, COPY_PREFIX]) removeAbandoned(tmpdir(), prefix);
    for (const folder of foldersBelow(join(home, "variants"))) removeStale(folder);
  } catch (error) {
    logProblem("Could not remove the files that an earlier process left", error);
  }
}

function foldersBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const below = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [folder, ...below.map(({ parentPath, name }) => join(parentPath, name))];
}

/** Makes a folder and those above it. Node's own recursive form never returns below /proc, where a folder cannot be made. */
function makeFolders(dir: string): void {
  if (existsSync(dir)) return;
  const parent = dirname(dir);
  if (parent !== dir) makeFolders(parent);
  mkdirSync(dir);
}
