import type { RunSummary } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import type {
  CacheSelfTest,
  CellResult,
  CellStatus,
  Environment,
  Origin,
  Results,
  RunStatus,
  SelfTests,
} from "#shared/results.ts";
import type { Spec } from "#shared/spec.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";
import type { Db } from "./database.ts";
import { readDuplicates } from "./read-duplicates.ts";
import { type Measurements, readMeasurements } from "./read-measurements.ts";
import { wordsBasis } from "./words-basis.ts";

/** Deleted runs are hidden until they can no longer be taken back (history-edit.ts). */
const SHOWN = "r.id NOT IN (SELECT run_id FROM history WHERE deleted_at IS NOT NULL)";

export function countRuns(db: Db): number {
  return db.prepare<[], number>(`SELECT count(*) FROM runs r WHERE ${SHOWN}`).pluck().get()!;
}

/** The newest runs first. */
export function listRuns(db: Db, page: { limit: number; offset: number }): RunSummary[] {
  return db
    .prepare<[number, number], RunSummary>(
      `SELECT r.id, r.name, r.status, r.started_at AS startedAt, r.finished_at AS finishedAt, r.model_name AS model,
         (SELECT count(*) FROM cells c WHERE c.run_id = r.id) AS cells,
         (SELECT count(*) FROM cells c WHERE c.run_id = r.id AND c.status = 'done') AS cellsDone
       FROM runs r WHERE ${SHOWN} ORDER BY r.started_at DESC, r.id DESC LIMIT ? OFFSET ?`,
    )
    .all(page.limit, page.offset);
}

/** Everything of a run that was measured; what is derived from it (comparisons) is added by shared/verdict/build-results.ts. */
export type StoredRun = Omit<Results, "comparisons" | "schemaVersion" | "pareto">;

interface RunRow {
  id: string;
  name: string;
  status: RunStatus;
  started_at: string;
  finished_at: string | null;
  spec: string;
  environment: string;
  model_name: string;
  model_folder: string;
  architecture: string | null;
  parameters: number;
  text_set: string | null;
  origin: string | null;
}

/**
 * @param only labels of the cells to read; all of them without it
 * @throws LabError RUN_NOT_FOUND
 */
export function readRun(db: Db, id: string, only?: readonly string[]): StoredRun {
  const row = db.prepare<[string], RunRow>("SELECT * FROM runs WHERE id = ?").get(id);
  if (!row) {
    throw new LabError(
      "RUN_NOT_FOUND",
      `There is no run "${id.slice(0, 80)}". "quantscope runs list" shows the runs that are stored.`,
      { id },
    );
  }
  return {
    run: {
      id: row.id,
      name: row.name,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      status: row.status,
      spec: JSON.parse(row.spec) as Spec,
      environment: JSON.parse(row.environment) as Environment,
      ...(row.origin !== null && { origin: JSON.parse(row.origin) as Origin }),
    },
    model: {
      name: row.model_name,
      folder: row.model_folder,
      architecture: row.architecture,
      parameters: row.parameters,
    },
    questionSet: readQuestionSet(db, id),
    textSet: JSON.parse(row.text_set ?? "null") as Results["textSet"],
    cells: readCells(db, id, only),
  };
}

interface QuestionSetRow {
  name: string;
  sha256: string;
  count: number;
  asked: number;
  chance_level: number;
  special_tokens: string | null;
}

function readQuestionSet(db: Db, runId: string): Results["questionSet"] {
  const row = db
    .prepare<[string], QuestionSetRow>(
      `SELECT s.name, s.sha256, s.count, q.asked, q.chance_level, q.special_tokens
       FROM run_questions q JOIN question_sets s ON s.sha256 = q.set_sha256 WHERE q.run_id = ? ORDER BY q.set_index LIMIT 1`,
    )
    .get(runId);
  if (!row) return null;
  const specialTokens = JSON.parse(row.special_tokens ?? '{"before":[],"after":[]}') as {
    before: string[];
    after: string[];
  };
  const { name, sha256, count, asked, chance_level: chanceLevel } = row;
  const duplicates = readDuplicates(db, sha256);
  return { name, sha256, count, asked, chanceLevel, specialTokens, ...readQuestionFacts(db, sha256), duplicates };
}

type QuestionFacts = Required<Pick<NonNullable<Results["questionSet"]>, "subjects" | "rightChoices">>;

function readQuestionFacts(db: Db, sha256: string): QuestionFacts {
  const rows = db
    .prepare<[string], { id: string; subject: string | null; answer: number }>(
      "SELECT id, subject, answer FROM questions WHERE set_sha256 = ?",
    )
    .all(sha256);
  return {
    subjects: Object.fromEntries(rows.flatMap(({ id, subject }) => (subject === null ? [] : [[id, subject]]))),
    rightChoices: Object.fromEntries(rows.map(({ id, answer }) => [id, answer])),
  };
}

/** Hashes of the question sets that a run asks, in the order of its plan. */
export function readQuestionHashes(db: Db, runId: string): string[] {
  return db
    .prepare<[string], string>("SELECT set_sha256 FROM run_questions WHERE run_id = ? ORDER BY set_index")
    .pluck()
    .all(runId);
}

/** What the file of each cell is, as planned, by the cell's label. */
export function readCellFacts(db: Db, runId: string): Map<string, GraphFacts> {
  const rows = db
    .prepare<[string], { label: string; facts: string }>("SELECT label, facts FROM cells WHERE run_id = ?")
    .all(runId);
  return new Map(rows.map(({ label, facts }) => [label, JSON.parse(facts) as GraphFacts]));
}

interface CellRow {
  id: string;
  label: string;
  format: CellResult["format"];
  provider: CellResult["provider"];
  threads: number;
  file: string;
  sha256: string;
  bytes: number;
  bits_per_weight: number | null;
  status: CellStatus;
  error_code: NonNullable<CellResult["error"]>["code"] | null;
  error_message: string | null;
  placement: string | null;
  cache_self_test: string | null;
  self_tests: string | null;
  facts: string;
}

function readCells(db: Db, runId: string, only: readonly string[] | undefined): CellResult[] {
  const all = db.prepare<[string], CellRow>("SELECT * FROM cells WHERE run_id = ? ORDER BY position").all(runId);
  const rows = only ? all.filter(({ label }) => only.includes(label)) : all;
  return rows.map((row) => {
    const measured = readMeasurements(db, row.id);
    return { ...cellOf(row), ...measured, wordsBasis: wordsBasis(JSON.parse(row.facts) as GraphFacts, measured) };
  });
}

function cellOf(row: CellRow): Omit<CellResult, keyof Measurements | "wordsBasis"> {
  return {
    id: row.id,
    label: row.label,
    format: row.format,
    provider: row.provider,
    threads: row.threads,
    file: row.file,
    sha256: row.sha256,
    bytes: row.bytes,
    bitsPerWeight: row.bits_per_weight,
    status: row.status,
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? "" },
    placement: JSON.parse(row.placement ?? "{}") as Record<string, number>,
    cacheSelfTest: JSON.parse(row.cache_self_test ?? "null") as CacheSelfTest | null,
    selfTests: JSON.parse(row.self_tests ?? "null") as SelfTests | null,
  };
}
