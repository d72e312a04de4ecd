import type { RunSummary } from "#shared/api.ts";
import { LabError } from "#shared/errors.ts";
import {
  type Answer,
  type BenchmarkResult,
  type CacheSelfTest,
  type CellResult,
  type CellStatus,
  type Environment,
  type ForwardResult,
  type Generation,
  isValidAnswer,
  type MemoryResult,
  type Results,
  type RunStatus,
  type TokenRow,
} from "#shared/results.ts";
import { countWords, wordsPerMinute } from "#shared/metrics/words-per-minute.ts";
import { BENCHMARK_MODES, type BenchmarkMode, type Spec } from "#shared/spec.ts";
import { unpackFloat32, unpackFloat64, unpackInt32 } from "./blobs.ts";
import type { Db } from "./database.ts";

export function countRuns(db: Db): number {
  return db.prepare<[], { count: number }>("SELECT count(*) AS count FROM runs").get()!.count;
}

/** The newest runs first. */
export function listRuns(db: Db, page: { limit: number; offset: number }): RunSummary[] {
  return db
    .prepare<[number, number], RunSummary>(
      `SELECT r.id, r.name, r.status, r.started_at AS startedAt, r.finished_at AS finishedAt, r.model_name AS model,
         (SELECT count(*) FROM cells c WHERE c.run_id = r.id) AS cells,
         (SELECT count(*) FROM cells c WHERE c.run_id = r.id AND c.status = 'done') AS cellsDone
       FROM runs r ORDER BY r.started_at DESC, r.id DESC LIMIT ? OFFSET ?`,
    )
    .all(page.limit, page.offset);
}

/** Everything of a run that was measured; what is derived from it (comparisons) is added by shared/report. */
export type StoredRun = Omit<Results, "comparisons" | "schemaVersion">;

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
}

/** @throws LabError RUN_NOT_FOUND */
export function readRun(db: Db, id: string): StoredRun {
  const row = db.prepare<[string], RunRow>("SELECT * FROM runs WHERE id = ?").get(id);
  if (!row) {
    throw new LabError(
      "RUN_NOT_FOUND",
      `There is no run "${id}". "quantscope runs list" shows the runs that are stored.`,
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
    },
    model: {
      name: row.model_name,
      folder: row.model_folder,
      architecture: row.architecture,
      parameters: row.parameters,
    },
    questionSet: readQuestionSet(db, id),
    cells: readCells(db, id),
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
  return { name, sha256, count, asked, chanceLevel, specialTokens };
}

/** Hashes of the question sets that a run asks, in the order of its plan. */
export function readQuestionHashes(db: Db, runId: string): string[] {
  return db
    .prepare<[string], string>("SELECT set_sha256 FROM run_questions WHERE run_id = ? ORDER BY set_index")
    .pluck()
    .all(runId);
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
  load_ms: number | null;
  memory: string | null;
  placement: string | null;
  cache_self_test: string | null;
}

function readCells(db: Db, runId: string): CellResult[] {
  const rows = db.prepare<[string], CellRow>("SELECT * FROM cells WHERE run_id = ? ORDER BY position").all(runId);
  return rows.map((row) => ({
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
    loadMs: row.load_ms,
    memory: row.memory === null ? null : (JSON.parse(row.memory) as MemoryResult),
    placement: JSON.parse(row.placement ?? "{}") as Record<string, number>,
    cacheSelfTest: JSON.parse(row.cache_self_test ?? "null") as CacheSelfTest | null,
    forward: readForward(db, row.id),
    decode: [],
    tokens: readTokens(db, row.id),
    benchmark: BENCHMARK_MODES.flatMap((mode) => readBenchmark(db, row.id, mode)),
    generations: readGenerations(db, row.id),
  }));
}

type Columns = Record<string, number | string | Buffer | null>;

function readForward(db: Db, cellId: string): ForwardResult[] {
  const rows = db
    .prepare<[string], Columns>("SELECT * FROM forward_results WHERE cell_id = ? ORDER BY batch_size")
    .all(cellId);
  return rows.map((row) => ({
    batchSize: row.batch_size as number,
    sequenceLength: row.sequence_length as number,
    latencyMs: unpackFloat64(row.latency_ms as Buffer),
    warmupMs: unpackFloat64(row.warmup_ms as Buffer),
    peakMemoryBytes: row.peak_memory_bytes as number | null,
    runPeakBytes: row.run_peak_bytes as number | null,
    deviceMemoryBytes: row.device_memory_bytes as number | null,
    foreignLoadCores: row.foreign_load_cores as number | null,
    skipped: row.skipped as string | null,
  }));
}

/** Ids are a letter and the place in the file, so this is the file's order. */
const IN_FILE_ORDER = "ORDER BY CAST(substr(question_id, 2) AS INTEGER)";

function readTokens(db: Db, cellId: string): TokenRow[] {
  const rows = db.prepare<[string], Columns>(`SELECT * FROM token_rows WHERE cell_id = ? ${IN_FILE_ORDER}`).all(cellId);
  return rows.map((row) => ({
    questionId: row.question_id as string,
    promptTokens: row.prompt_tokens as number,
    topIds: unpackInt32(row.top_ids as Buffer),
    topLogprobs: unpackFloat32(row.top_logprobs as Buffer).map(toSixDecimals),
  }));
}

/** float32 has no more: the rest would be noise of the conversion. Adding 0 turns -0 into 0, which JSON would do anyway. */
function toSixDecimals(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0;
}

function readBenchmark(db: Db, cellId: string, mode: BenchmarkMode): BenchmarkResult[] {
  const rows = db
    .prepare<[string, string], Columns>(`SELECT * FROM answers WHERE cell_id = ? AND mode = ? ${IN_FILE_ORDER}`)
    .all(cellId, mode);
  if (rows.length === 0) return [];
  const answers = rows.map((row): Answer => ({
    questionId: row.question_id as string,
    predicted: row.predicted as number | null,
    correct: row.correct === 1,
    formatFailure: row.format_failure === 1,
    choiceLogprobs: unpackFloat64(row.choice_logprobs as Buffer).map((value) => (Number.isNaN(value) ? null : value)),
    text: row.text as string | null,
    generatedTokens: row.generated_tokens as number,
    elapsedMs: row.elapsed_ms as number,
  }));
  const valid = answers.filter(isValidAnswer);
  const words = answers.reduce((sum, { text }) => sum + countWords(text ?? ""), 0);
  const elapsedMs = answers.reduce((sum, answer) => sum + answer.elapsedMs, 0);
  return [
    {
      mode,
      answers,
      accuracy: valid.length === 0 ? null : valid.filter(({ correct }) => correct).length / valid.length,
      wordsPerMinute: mode === "generate" ? wordsPerMinute(words, elapsedMs) : null,
    },
  ];
}

function readGenerations(db: Db, cellId: string): Generation[] {
  const rows = db
    .prepare<[string], Columns>(
      "SELECT * FROM generations WHERE cell_id = ? ORDER BY CAST(substr(prompt_id, 2) AS INTEGER)",
    )
    .all(cellId);
  return rows.map((row) => ({
    promptId: row.prompt_id as string,
    prompt: row.prompt as string,
    chatTemplate: row.chat_template === 1,
    promptTokens: row.prompt_tokens as number,
    text: row.text as string,
    tokenIds: unpackInt32(row.token_ids as Buffer),
    tokenMs: unpackFloat64(row.token_ms as Buffer),
    wordsPerMinute: row.words_per_minute as number | null,
  }));
}
