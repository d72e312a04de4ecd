import type { ErrorEnvelope } from "#shared/errors.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import { assertNever } from "#shared/assert-never.ts";
import type { CellStatus, Environment, LaunchKind, Results, RunStatus } from "#shared/results.ts";
import type { Spec } from "#shared/spec.ts";
import type { Question, QuestionSet } from "#core/benchmarks/question-set.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";
import { type Db, isLocked } from "./database.ts";
import { prepared } from "./statement-cache.ts";
import { abandonedRuns, beginsHere } from "./run-owner.ts";

export interface NewRun {
  readonly id: string;
  readonly name: string;
  readonly startedAt: string;
  readonly spec: Spec;
  readonly environment: Environment;
  readonly model: {
    readonly name: string;
    readonly folder: string;
    readonly architecture: string | null;
    readonly parameters: number;
  };
  readonly questionSets: readonly {
    readonly set: QuestionSet;
    readonly asked: readonly Question[];
    readonly chanceLevel: number;
  }[];
  readonly textSet: Results["textSet"];
  readonly cells: readonly NewCell[];
}

export interface NewCell {
  readonly id: string;
  readonly label: string;
  readonly format: FormatId;
  readonly provider: ProviderId;
  readonly threads: number;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly facts: GraphFacts;
}

/** A whole run's plan in one transaction, its cells waiting. */
export function insertRun(db: Db, run: NewRun): void {
  beginsHere(run.id);
  db.transaction(() => {
    prepared(
      db,
      `INSERT INTO runs (id, name, status, process_id, started_at, spec, environment, model_name, model_folder,
       architecture, parameters, text_set) VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      run.id,
      run.name,
      process.pid,
      run.startedAt,
      JSON.stringify(run.spec),
      JSON.stringify(run.environment),
      run.model.name,
      run.model.folder,
      run.model.architecture,
      run.model.parameters,
      run.textSet && JSON.stringify(run.textSet),
    );
    run.questionSets.forEach(({ set, asked, chanceLevel }, index) => {
      insertQuestionSet(db, set);
      prepared(
        db,
        "INSERT INTO run_questions (run_id, set_index, set_sha256, asked, chance_level) VALUES (?, ?, ?, ?, ?)",
      ).run(run.id, index, set.sha256, asked.length, chanceLevel);
    });
    const insertCell = prepared(
      db,
      `INSERT INTO cells (id, run_id, position, label, format, provider, threads, file, sha256, bytes, bits_per_weight, facts, status)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')`,
    );
    run.cells.forEach((cell, position) => {
      const { id, label, format, provider, threads, file, sha256, bytes, facts } = cell;
      const parts = [id, run.id, position, label, format, provider, threads, file, sha256, bytes];
      insertCell.run(...parts, facts.bitsPerWeight, JSON.stringify(facts));
    });
  })();
}

function insertQuestionSet(db: Db, set: QuestionSet): void {
  const added = prepared(db, "INSERT OR IGNORE INTO question_sets (sha256, name, count) VALUES (?, ?, ?)").run(
    set.sha256,
    set.name,
    set.questions.length,
  );
  if (added.changes === 0) return;
  const insert = prepared(
    db,
    "INSERT INTO questions (set_sha256, id, subject, question, choices, answer) VALUES (?, ?, ?, ?, ?, ?)",
  );
  for (const { id, subject, question, choices, answer } of set.questions) {
    insert.run(set.sha256, id, subject, question, JSON.stringify(choices), answer);
  }
}

export function setRunStatus(db: Db, runId: string, status: RunStatus, finishedAt: string | null): void {
  prepared(db, "UPDATE runs SET status = ?, finished_at = ? WHERE id = ?").run(status, finishedAt, runId);
}

/** Programs that measured while this run did, in words; those of its earlier attempts stay. */
export function noteAlongside(db: Db, runId: string, beside: readonly string[]): void {
  const { known } = prepared<{ known: string | null }>(
    db,
    "SELECT json_extract(environment, '$.alongside') AS known FROM runs WHERE id = ?",
  ).get(runId) ?? { known: null };
  const all = new Set([...(JSON.parse(known ?? "[]") as string[]), ...beside]);
  prepared(db, "UPDATE runs SET environment = json_set(environment, '$.alongside', json(?)) WHERE id = ?").run(
    JSON.stringify([...all]),
    runId,
  );
}

/** A run that stops without an end of its own, and the cell that was being measured with it; `resumeRun` finishes it. */
export function failRun(db: Db, runId: string, message: string): void {
  db.transaction(() => {
    setRunStatus(db, runId, "failed", null);
    prepared(
      db,
      `UPDATE launches SET status = 'failed' WHERE status = 'running'
       AND cell_id IN (SELECT id FROM cells WHERE run_id = ?)`,
    ).run(runId);
    prepared(
      db,
      `UPDATE cells SET status = 'failed', error_code = 'WORKER_DIED', error_message = ?
       WHERE run_id = ? AND status = 'running'`,
    ).run(message, runId);
  })();
}

/**
 * Runs whose program ended without a word (a crash, a power cut) are failed. Called when a store is opened: where another program
 * holds it just then, the next opening does it.
 */
export function failAbandonedRuns(db: Db, isAlive?: (processId: number) => boolean): void {
  try {
    for (const id of abandonedRuns(db, isAlive)) failRun(db, id, "Quantscope ended while this cell ran.");
  } catch (error) {
    if (!isLocked(error)) throw error;
  }
}

/** Which process of which cell: the key of everything that it measures. */
export interface LaunchKey {
  readonly cellId: string;
  readonly kind: LaunchKind;
  readonly launch: number;
  /** The one batch size of a memory launch; null for the others. */
  readonly batchSize: number | null;
}

/** Starts a launch afresh: what an interrupted attempt left is removed, so that no unit is there twice. */
export function startLaunch(db: Db, key: LaunchKey, order: number): void {
  const { cellId, kind, launch, batchSize } = key;
  db.transaction(() => {
    clearLaunch(db, key);
    prepared(db, "UPDATE cells SET status = 'running', error_code = NULL, error_message = NULL WHERE id = ?").run(
      cellId,
    );
    prepared(
      db,
      `INSERT INTO launches (cell_id, kind, launch, batch_size, position, status, started_at)
       VALUES (?, ?, ?, ?, ?, 'running', ?)`,
    ).run(cellId, kind, launch, batchSize ?? 0, order, new Date().toISOString());
  })();
}

function clearLaunch(db: Db, { cellId, kind, launch, batchSize }: LaunchKey): void {
  const remove = (table: string, where: string, ...values: (string | number)[]): void => {
    prepared(db, `DELETE FROM ${table} WHERE cell_id = ? AND ${where}`).run(cellId, ...values);
  };
  remove("launches", "kind = ? AND launch = ? AND batch_size = ?", kind, launch, batchSize ?? 0);
  if (kind !== "memory") remove("samples", "kind = ? AND launch = ?", kind, launch);
  switch (kind) {
    case "timing":
      remove("forward_launches", "kind = 'timing' AND launch = ?", launch);
      remove("decode_launches", "way = 'user' AND launch = ?", launch);
      return;
    case "stepping":
      remove("decode_launches", "way = 'compute' AND launch = ?", launch);
      remove("replay_launches", "launch = ?", launch);
      return;
    case "memory":
      remove("forward_launches", "kind = 'memory' AND launch = ? AND batch_size = ?", launch, batchSize ?? 0);
      return;
    case "quality":
      for (const table of ["token_rows", "text_chunks", "answers", "generations"]) remove(table, "1");
      return;
    default:
      assertNever(kind);
  }
}

interface LaunchEnd {
  readonly status: "done" | "failed" | "cancelled";
  readonly elapsedMs: number;
  readonly canaryDrift: number | null;
}

export function finishLaunch(db: Db, { cellId, kind, launch, batchSize }: LaunchKey, end: LaunchEnd): void {
  prepared(
    db,
    `UPDATE launches SET status = ?, elapsed_ms = ?, canary_drift = ?
     WHERE cell_id = ? AND kind = ? AND launch = ? AND batch_size = ?`,
  ).run(end.status, end.elapsedMs, end.canaryDrift, cellId, kind, launch, batchSize ?? 0);
}

export function finishCell(db: Db, cellId: string, status: CellStatus, error: ErrorEnvelope | null): void {
  prepared(db, "UPDATE cells SET status = ?, error_code = ?, error_message = ? WHERE id = ?").run(
    status,
    error?.code ?? null,
    error?.message ?? null,
    cellId,
  );
}
