import type { ErrorEnvelope } from "#shared/errors.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import type { CellStatus, Environment, ForwardResult, Generation, RunStatus } from "#shared/results.ts";
import type { BenchmarkMode, Spec } from "#shared/spec.ts";
import type { Question, QuestionSet } from "#core/benchmarks/question-set.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";
import type { LoadResult, QuestionResult } from "#core/runs/protocol.ts";
import { packFloat32, packFloat64, packInt32 } from "./blobs.ts";
import type { Db } from "./database.ts";

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

/**
 * Runs that this process began or went on with. A process id alone cannot tell: in a container every start of the program
 * has the same small one, and a run that died would look alive for ever.
 */
const runsOfThisProcess = new Set<string>();

/** A whole run's plan in one transaction, its cells waiting. */
export function insertRun(db: Db, run: NewRun): void {
  runsOfThisProcess.add(run.id);
  db.transaction(() => {
    db.prepare(
      `INSERT INTO runs (id, name, status, process_id, started_at, spec, environment, model_name, model_folder,
       architecture, parameters) VALUES (?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    );
    run.questionSets.forEach(({ set, asked, chanceLevel }, index) => {
      insertQuestionSet(db, set);
      db.prepare(
        "INSERT INTO run_questions (run_id, set_index, set_sha256, asked, chance_level) VALUES (?, ?, ?, ?, ?)",
      ).run(run.id, index, set.sha256, asked.length, chanceLevel);
    });
    const insertCell = db.prepare(
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
  const added = db
    .prepare("INSERT OR IGNORE INTO question_sets (sha256, name, count) VALUES (?, ?, ?)")
    .run(set.sha256, set.name, set.questions.length);
  if (added.changes === 0) return;
  const insert = db.prepare(
    "INSERT INTO questions (set_sha256, id, subject, question, choices, answer) VALUES (?, ?, ?, ?, ?, ?)",
  );
  for (const { id, subject, question, choices, answer } of set.questions) {
    insert.run(set.sha256, id, subject, question, JSON.stringify(choices), answer);
  }
}

export function setRunStatus(db: Db, runId: string, status: RunStatus, finishedAt: string | null): void {
  db.prepare("UPDATE runs SET status = ?, finished_at = ? WHERE id = ?").run(status, finishedAt, runId);
}

/** A run that goes on: by this process, and not finished. */
export function reopenRun(db: Db, runId: string): void {
  runsOfThisProcess.add(runId);
  db.prepare("UPDATE runs SET status = 'running', finished_at = NULL, process_id = ? WHERE id = ?").run(
    process.pid,
    runId,
  );
}

/** A run that stops without an end of its own, and the cell that was being measured with it; `resumeRun` finishes it. */
export function failRun(db: Db, runId: string, message: string): void {
  db.transaction(() => {
    setRunStatus(db, runId, "failed", null);
    db.prepare(
      `UPDATE cells SET status = 'failed', error_code = 'WORKER_DIED', error_message = ?
       WHERE run_id = ? AND status = 'running'`,
    ).run(message, runId);
  })();
}

/** Runs whose program ended without a word (a crash, a power cut) are failed. Called when a store is opened. */
export function failAbandonedRuns(db: Db, isAlive: (processId: number) => boolean): void {
  const running = db
    .prepare<[], { id: string; process_id: number }>("SELECT id, process_id FROM runs WHERE status = 'running'")
    .all();
  for (const { id, process_id: processId } of running) {
    if (processId === process.pid ? runsOfThisProcess.has(id) : isAlive(processId)) continue;
    failRun(db, id, "Quantscope ended while this cell ran.");
  }
}

/** Starts a cell afresh: what an interrupted attempt left is removed, so that no unit is there twice. */
export function startCell(db: Db, cellId: string): void {
  db.transaction(() => {
    for (const table of ["forward_results", "token_rows", "answers", "generations"]) {
      db.prepare(`DELETE FROM ${table} WHERE cell_id = ?`).run(cellId);
    }
    db.prepare(
      `UPDATE cells SET status = 'running', error_code = NULL, error_message = NULL, load_ms = NULL, memory = NULL,
       placement = NULL, cache_self_test = NULL WHERE id = ?`,
    ).run(cellId);
  })();
}

export function finishCell(db: Db, cellId: string, status: CellStatus, error: ErrorEnvelope | null): void {
  db.prepare("UPDATE cells SET status = ?, error_code = ?, error_message = ? WHERE id = ?").run(
    status,
    error?.code ?? null,
    error?.message ?? null,
    cellId,
  );
}

export function saveLoad(db: Db, runId: string, cellId: string, result: LoadResult): void {
  db.transaction(() => {
    db.prepare("UPDATE cells SET load_ms = ?, memory = ?, placement = ?, cache_self_test = ? WHERE id = ?").run(
      result.loadMs,
      JSON.stringify(result.memory),
      JSON.stringify(result.placement),
      result.cacheSelfTest && JSON.stringify(result.cacheSelfTest),
      cellId,
    );
    db.prepare("UPDATE run_questions SET special_tokens = ? WHERE run_id = ?").run(
      JSON.stringify(result.specialTokens),
      runId,
    );
  })();
}

export function saveForward(db: Db, cellId: string, result: ForwardResult): void {
  db.prepare(
    `INSERT INTO forward_results (cell_id, batch_size, sequence_length, latency_ms, warmup_ms, peak_memory_bytes,
     run_peak_bytes, device_memory_bytes, foreign_load_cores, skipped) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    cellId,
    result.batchSize,
    result.sequenceLength,
    packFloat64(result.latencyMs),
    packFloat64(result.warmupMs),
    result.peakMemoryBytes,
    result.runPeakBytes,
    result.deviceMemoryBytes,
    result.foreignLoadCores,
    result.skipped,
  );
}

/** One message of question results, whole or not at all. */
export function saveQuestions(db: Db, cellId: string, results: readonly QuestionResult[]): void {
  const insertTokens = db.prepare(
    "INSERT INTO token_rows (cell_id, question_id, prompt_tokens, top_ids, top_logprobs) VALUES (?, ?, ?, ?, ?)",
  );
  const insertAnswer = db.prepare(
    `INSERT INTO answers (cell_id, mode, question_id, predicted, correct, format_failure, choice_logprobs, text,
     generated_tokens, elapsed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const answer = (mode: BenchmarkMode, row: QuestionResult["generate"]): void => {
    if (!row) return;
    insertAnswer.run(
      cellId,
      mode,
      row.questionId,
      row.predicted,
      Number(row.correct),
      Number(row.formatFailure),
      packFloat64(row.choiceLogprobs.map((value) => value ?? NaN)),
      row.text,
      row.generatedTokens,
      row.elapsedMs,
    );
  };
  db.transaction(() => {
    for (const { tokens, loglikelihood, generate } of results) {
      if (tokens) {
        const { questionId, promptTokens, topIds, topLogprobs } = tokens;
        insertTokens.run(cellId, questionId, promptTokens, packInt32(topIds), packFloat32(topLogprobs));
      }
      answer("loglikelihood", loglikelihood);
      answer("generate", generate);
    }
  })();
}

export function saveGeneration(db: Db, cellId: string, row: Generation): void {
  db.prepare(
    `INSERT INTO generations (cell_id, prompt_id, prompt, chat_template, prompt_tokens, text, token_ids, token_ms,
     words_per_minute) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    cellId,
    row.promptId,
    row.prompt,
    Number(row.chatTemplate),
    row.promptTokens,
    row.text,
    packInt32(row.tokenIds),
    packFloat64(row.tokenMs),
    row.wordsPerMinute,
  );
}
