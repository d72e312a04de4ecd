import type { Question } from "#core/benchmarks/question-set.ts";
import type { Db } from "./database.ts";
import { readCellFacts, readRun } from "./read-run.ts";
import type { StoredQuestionSet, WholeRun } from "./write-stored-run.ts";

/** A run with its question sets' words and what its files are: all that another machine needs. LabError RUN_NOT_FOUND. */
export function readWholeRun(db: Db, runId: string): WholeRun {
  const stored = readRun(db, runId);
  return { stored, questionSets: readSets(db, runId), facts: Object.fromEntries(readCellFacts(db, runId)) };
}

interface SetRow {
  name: string;
  sha256: string;
  asked: number;
  chance_level: number;
  special_tokens: string | null;
}

function readSets(db: Db, runId: string): StoredQuestionSet[] {
  const rows = db
    .prepare<[string], SetRow>(
      `SELECT s.name, s.sha256, q.asked, q.chance_level, q.special_tokens
       FROM run_questions q JOIN question_sets s ON s.sha256 = q.set_sha256 WHERE q.run_id = ? ORDER BY q.set_index`,
    )
    .all(runId);
  return rows.map(({ name, sha256, asked, chance_level: chanceLevel, special_tokens: specialTokens }) => ({
    name,
    sha256,
    asked,
    chanceLevel,
    specialTokens: JSON.parse(specialTokens ?? "null") as StoredQuestionSet["specialTokens"],
    questions: readQuestionsOf(db, sha256),
  }));
}

/** In the file's order. */
function readQuestionsOf(db: Db, sha256: string): Question[] {
  return db
    .prepare<[string], Omit<Question, "choices"> & { choices: string }>(
      `SELECT id, subject, question, choices, answer FROM questions WHERE set_sha256 = ?
       ORDER BY CAST(substr(id, 2) AS INTEGER)`,
    )
    .all(sha256)
    .map((row) => ({ ...row, choices: JSON.parse(row.choices) as string[] }));
}
