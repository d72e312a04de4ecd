/** What a user changes of a stored run, and single facts that pages ask for. */
import { LabError } from "#shared/errors.ts";
import type { Question } from "#core/benchmarks/question-set.ts";
import { type Db, storeError } from "./database.ts";
import { refuseMeasuredElsewhere } from "./run-owner.ts";

/** @throws LabError RUN_NOT_FOUND */
export function renameRun(db: Db, id: string, name: string): void {
  change(db, id, () => db.prepare("UPDATE runs SET name = ? WHERE id = ?").run(name, id).changes);
}

/** With everything that was measured in it, and question texts that no other run asks. LabError RUN_NOT_FOUND, RUN_BUSY. */
export function deleteRun(db: Db, id: string): void {
  change(db, id, () =>
    db
      .transaction(() => {
        refuseMeasuredElsewhere(db, id);
        const { changes } = db.prepare("DELETE FROM runs WHERE id = ?").run(id);
        const unused = "NOT IN (SELECT set_sha256 FROM run_questions)";
        db.exec(`DELETE FROM questions WHERE set_sha256 ${unused}; DELETE FROM question_sets WHERE sha256 ${unused};`);
        return changes;
      })
      .immediate(),
  );
}

function change(db: Db, id: string, edit: () => number): void {
  let changes: number;
  try {
    changes = edit();
  } catch (error) {
    throw storeError(error, db.name);
  }
  if (changes === 0) throw new LabError("RUN_NOT_FOUND", `There is no run "${id}".`, { id });
}

/** Whether a run of that id is stored. */
export function hasRun(db: Db, id: string): boolean {
  return db.prepare("SELECT 1 FROM runs WHERE id = ?").get(id) !== undefined;
}

/** Another one after a run was measured further, imported, joined or deleted; empty while there is none. */
export function stampOf(db: Db, id: string): string {
  const row = db.prepare("SELECT name, status, process_id, finished_at, origin FROM runs WHERE id = ?").get(id);
  return row === undefined ? "" : JSON.stringify(row);
}

/** Whether a run is one of several parts of one; not for one that is not stored. */
export function isPart(db: Db, id: string): boolean {
  return (
    db.prepare("SELECT 1 FROM runs WHERE id = ? AND json_extract(origin, '$.shards') IS NOT NULL").get(id) !== undefined
  );
}

type QuestionRow = Omit<Question, "choices"> & { choices: string };

/** The questions of the first set that a run asks, by id; empty for a run that asks none. */
export function readQuestions(db: Db, runId: string): Map<string, Question> {
  const rows = db
    .prepare<[string], QuestionRow>(
      `SELECT q.id, q.subject, q.question, q.choices, q.answer FROM questions q
       WHERE q.set_sha256 = (SELECT set_sha256 FROM run_questions WHERE run_id = ? ORDER BY set_index LIMIT 1)`,
    )
    .all(runId);
  return new Map(rows.map((row) => [row.id, { ...row, choices: JSON.parse(row.choices) as string[] }]));
}
