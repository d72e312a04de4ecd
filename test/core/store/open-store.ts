import { onTestFinished } from "vitest";
import { type Db, openDatabase } from "#core/store/database.ts";
import { insertRun, saveForward, saveGeneration, saveLoad, saveQuestions, startCell } from "#core/store/write-run.ts";
import { forwardResult, generated, generation, loaded, newRun, scored, tokenRow } from "./sample-run.ts";

/** An empty store in memory. */
export function store(): Db {
  const db = openDatabase(":memory:");
  onTestFinished(() => {
    db.close();
  });
  return db;
}

/** A run with something in every table. */
export function fullRun(db: Db, id = "r"): void {
  insertRun(db, newRun(id));
  const cell = `${id}/1`;
  startCell(db, cell);
  saveLoad(db, id, cell, loaded);
  saveForward(db, cell, forwardResult(1));
  saveQuestions(db, cell, [{ tokens: tokenRow("q1"), loglikelihood: scored("q1"), generate: generated("q1") }]);
  saveGeneration(db, cell, generation("p1"));
}

export function rowCounts(db: Db): Record<string, number> {
  const tables = ["runs", "cells", "run_questions", "forward_results", "token_rows", "answers", "generations"];
  return Object.fromEntries(
    tables.map((table) => [table, db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()!]),
  );
}
