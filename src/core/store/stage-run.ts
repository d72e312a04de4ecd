/**
 * Stores a whole run while others want to write. Building its rows takes seconds of a large one, so that they are built in a
 * database of their own; the store is held only while SQLite copies them.
 */
import { dirname, join } from "node:path";
import { makeTemporary, removeTemporary } from "#core/system/temporary.ts";
import { type Db, openDatabase, storeError } from "./database.ts";

/** Every table that holds a run, those that others refer to first. Rows that list it are made by triggers. */
export const RUN_TABLES = [
  "runs",
  "question_sets",
  "questions",
  "run_questions",
  "cells",
  "launches",
  "forward_launches",
  "decode_launches",
  "samples",
  "token_rows",
  "text_chunks",
  "text_rows",
  "answers",
  "generations",
  "replay_launches",
  "replay_items",
] as const;
/** Of a set that another run asks already, the store keeps what it has. */
const SHARED: readonly string[] = ["question_sets", "questions"];

export interface StagedRun extends Disposable {
  /** Copies it into the store; in a transaction. */
  write(): void;
}

/**
 * @param insert writes the run into the database that it is given
 * @throws LabError STORE_*, DISK_FULL; the store is not changed before `write`
 */
export function stageRun(db: Db, insert: (into: Db) => void): StagedRun {
  // Nobody else sees a database in memory.
  if (db.memory) {
    return {
      write: () => {
        insert(db);
      },
      [Symbol.dispose]: () => undefined,
    };
  }
  // Where a later start of the program removes what a killed one left (app/lab-home.ts).
  const folder = makeTemporary(join(dirname(db.name), "temp"));
  const file = join(folder, "run.db");
  try {
    fill(file, insert);
    db.prepare("ATTACH ? AS staged").run(file);
  } catch (error) {
    removeTemporary(folder);
    throw storeError(error, db.name);
  }
  return {
    write: () => {
      for (const table of RUN_TABLES) {
        const or = SHARED.includes(table) ? "OR IGNORE" : "";
        db.exec(`INSERT ${or} INTO main.${table} SELECT * FROM staged.${table}`);
      }
    },
    [Symbol.dispose]: () => {
      db.exec("DETACH staged");
      removeTemporary(folder);
    },
  };
}

function fill(file: string, insert: (into: Db) => void): void {
  const staged = openDatabase(file);
  try {
    staged.pragma("synchronous = OFF");
    staged.transaction(insert)(staged);
    // A write-ahead log would have to be attached with it.
    staged.pragma("journal_mode = DELETE");
  } finally {
    staged.close();
  }
}
