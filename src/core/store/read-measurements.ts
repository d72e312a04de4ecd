/** What was measured in one cell, as the schemas of shared/measurements.ts have it. */
import {
  type Answer,
  type BenchmarkResult,
  type CellResult,
  type DecodeLaunch,
  type ForwardLaunch,
  type Generation,
  isValidAnswer,
  type Launch,
  type MemoryResult,
  type ReplayLaunch,
  type SampleSeries,
  type TextChunk,
  type TokenRow,
} from "#shared/results.ts";
import { countWords, wordsPerMinute } from "#shared/metrics/words-per-minute.ts";
import { joinDecode, joinForward } from "#shared/compare/join-launches.ts";
import { joinReplays } from "#shared/compare/join-replays.ts";
import { BENCHMARK_MODES, type BenchmarkMode } from "#shared/spec.ts";
import { median } from "#shared/stats/quantile.ts";
import { unpackFloat32, unpackFloat64, unpackInt32 } from "./blobs.ts";
import type { Db } from "./database.ts";
import { prepared } from "./statement-cache.ts";

type Columns = Record<string, number | string | Buffer | null>;
export type Measurements = Pick<
  CellResult,
  | "loadMs"
  | "memory"
  | "launches"
  | "forward"
  | "decode"
  | "tokens"
  | "texts"
  | "benchmark"
  | "generations"
  | "replays"
  | "samples"
>;

export function readMeasurements(db: Db, cellId: string): Measurements {
  const launches = readLaunches(db, cellId);
  const benchmark = BENCHMARK_MODES.flatMap((mode) => readBenchmark(db, cellId, mode));
  const generations = readGenerations(db, cellId);
  return {
    ...loadOf(launches),
    launches,
    forward: joinForward(readForward(db, cellId)),
    decode: joinDecode(readDecode(db, cellId)),
    tokens: readTokens(db, cellId),
    texts: readTexts(db, cellId),
    benchmark,
    generations,
    replays: joinReplays(readReplays(db, cellId), { benchmark, generations }),
    samples: readSamples(db, cellId),
  };
}

function rowsOf(db: Db, sql: string, ...values: string[]): Columns[] {
  return prepared<Columns>(db, sql).all(...values);
}

function readLaunches(db: Db, cellId: string): Launch[] {
  return rowsOf(db, "SELECT * FROM launches WHERE cell_id = ? ORDER BY position, kind", cellId)
    .filter(({ status }) => status !== "running")
    .map((row) => ({
      kind: row.kind as Launch["kind"],
      launch: row.launch as number,
      batchSize: row.batch_size === 0 ? null : (row.batch_size as number),
      order: row.position as number,
      status: row.status as Launch["status"],
      startedAt: row.started_at as string,
      elapsedMs: (row.elapsed_ms as number | null) ?? 0,
      loadMs: row.load_ms as number | null,
      memory: row.memory === null ? null : (JSON.parse(row.memory as string) as MemoryResult),
      canaryDrift: row.canary_drift as number | null,
    }));
}

/** Loading as the timing launches saw it, the median of each number. */
function loadOf(launches: readonly Launch[]): Pick<CellResult, "loadMs" | "memory"> {
  const timing = launches.filter(({ kind }) => kind === "timing");
  const loads = timing.flatMap(({ memory }) => memory ?? []);
  const medianBytes = (field: "baseBytes" | "loadPeakBytes" | "steadyBytes"): number =>
    Math.round(median(loads.map((load) => load[field])) ?? 0);
  return {
    loadMs: median(timing.flatMap(({ loadMs }) => loadMs ?? [])),
    memory:
      loads.length === 0
        ? null
        : {
            baseBytes: medianBytes("baseBytes"),
            loadPeakBytes: medianBytes("loadPeakBytes"),
            steadyBytes: medianBytes("steadyBytes"),
            source: loads[0]!.source,
          },
  };
}

function readForward(db: Db, cellId: string): ForwardLaunch[] {
  const sql =
    "SELECT * FROM forward_launches WHERE cell_id = ? ORDER BY batch_size, sequence_length, kind DESC, launch";
  return rowsOf(db, sql, cellId).map((row) => ({
    kind: row.kind as ForwardLaunch["kind"],
    launch: row.launch as number,
    batchSize: row.batch_size as number,
    sequenceLength: row.sequence_length as number,
    latencyMs: unpackFloat64(row.latency_ms as Buffer),
    computeMs: unpackFloat64(row.compute_ms as Buffer),
    warmupMs: unpackFloat64(row.warmup_ms as Buffer),
    peakMemoryBytes: row.peak_memory_bytes as number | null,
    runPeakBytes: row.run_peak_bytes as number | null,
    anonymousBytes: row.anonymous_bytes as number | null,
    fileBytes: row.file_bytes as number | null,
    deviceMemoryBytes: row.device_memory_bytes as number | null,
    foreignLoadCores: row.foreign_load_cores as number | null,
    repeats: row.repeats as number,
    swapped: row.swapped === 1,
    skipped: row.skipped as string | null,
  }));
}

function readDecode(db: Db, cellId: string): DecodeLaunch[] {
  const sql = "SELECT * FROM decode_launches WHERE cell_id = ? ORDER BY depth, batch_size, way DESC, launch";
  return rowsOf(db, sql, cellId).map((row) => ({
    launch: row.launch as number,
    way: row.way as DecodeLaunch["way"],
    method: row.method as DecodeLaunch["method"],
    graph: row.graph as DecodeLaunch["graph"],
    batchSize: row.batch_size as number,
    depth: row.depth as number,
    promptTokens: row.prompt_tokens as number,
    timeToFirstTokenMs: unpackFloat64(row.time_to_first_token_ms as Buffer),
    interTokenMs: unpackFloat64(row.inter_token_ms as Buffer),
    foreignLoadCores: row.foreign_load_cores as number | null,
    skipped: row.skipped as string | null,
  }));
}

/** Ids are a letter and the place in the file, so this is the file's order. */
const IN_FILE_ORDER = "ORDER BY CAST(substr(question_id, 2) AS INTEGER)";

function readTokens(db: Db, cellId: string): TokenRow[] {
  return rowsOf(db, `SELECT * FROM token_rows WHERE cell_id = ? ${IN_FILE_ORDER}`, cellId).map((row) => ({
    questionId: row.question_id as string,
    promptTokens: row.prompt_tokens as number,
    ...tokenComparison(row),
  }));
}

function tokenComparison(row: Columns): Omit<TextChunk["positions"][number], "position"> {
  const logprobs = (column: string): number[] => unpackFloat32(row[column] as Buffer).map(toSixDecimals);
  return {
    topIds: unpackInt32(row.top_ids as Buffer),
    topLogprobs: logprobs("top_logprobs"),
    logSumExp: row.log_sum_exp as number | null,
    referenceLogprobs: row.reference_logprobs === null ? null : logprobs("reference_logprobs"),
    klDivergence: row.kl_divergence as number | null,
  };
}

/** float32 has no more: the rest would be noise of the conversion. Adding 0 turns -0 into 0, which JSON would do anyway. */
function toSixDecimals(value: number): number {
  return Math.round(value * 1e6) / 1e6 + 0;
}

function readTexts(db: Db, cellId: string): TextChunk[] {
  const positions = new Map<number, TextChunk["positions"]>();
  for (const row of rowsOf(db, "SELECT * FROM text_rows WHERE cell_id = ? ORDER BY chunk, position", cellId)) {
    const chunk = row.chunk as number;
    const list = positions.get(chunk) ?? [];
    list.push({ position: row.position as number, ...tokenComparison(row) });
    positions.set(chunk, list);
  }
  return rowsOf(db, "SELECT * FROM text_chunks WHERE cell_id = ? ORDER BY chunk", cellId).map((row) => ({
    chunk: row.chunk as number,
    scoredBytes: row.scored_bytes as number,
    negativeLogLikelihood: numbersOrNull(row.negative_log_likelihood),
    positions: positions.get(row.chunk as number) ?? [],
  }));
}

/** NaN stands for "not a number was there" in a blob, null in JSON. */
function numbersOrNull(blob: Columns[string] | undefined): (number | null)[] {
  return unpackFloat64(blob as Buffer).map((value) => (Number.isNaN(value) ? null : value));
}

function readBenchmark(db: Db, cellId: string, mode: BenchmarkMode): BenchmarkResult[] {
  const rows = rowsOf(db, `SELECT * FROM answers WHERE cell_id = ? AND mode = ? ${IN_FILE_ORDER}`, cellId, mode);
  if (rows.length === 0) return [];
  const answers = rows.map((row): Answer => ({
    questionId: row.question_id as string,
    predicted: row.predicted as number | null,
    correct: row.correct === 1,
    formatFailure: row.format_failure === 1,
    choiceLogprobs: numbersOrNull(row.choice_logprobs),
    text: row.text as string | null,
    generatedTokens: row.generated_tokens as number,
    tokenIds: row.token_ids === null ? null : unpackInt32(row.token_ids as Buffer),
    elapsedMs: row.elapsed_ms as number,
    normalized:
      row.normalized_correct === null
        ? null
        : { predicted: row.normalized_predicted as number | null, correct: row.normalized_correct === 1 },
    cutTokens: row.cut_tokens as number,
    sharedSeam: row.shared_seam === 1,
  }));
  const valid = answers.filter(isValidAnswer);
  const normalized = valid.flatMap((answer) => answer.normalized ?? []);
  const words = answers.reduce((sum, { text }) => sum + countWords(text ?? ""), 0);
  const elapsedMs = answers.reduce((sum, answer) => sum + answer.elapsedMs, 0);
  return [
    {
      mode,
      answers,
      accuracy: shareCorrect(valid),
      normalizedAccuracy: shareCorrect(normalized),
      wordsPerMinute: mode === "generate" ? wordsPerMinute(words, elapsedMs) : null,
    },
  ];
}

function shareCorrect(answers: readonly { correct: boolean }[]): number | null {
  return answers.length === 0 ? null : answers.filter(({ correct }) => correct).length / answers.length;
}

function readGenerations(db: Db, cellId: string): Generation[] {
  const sql = "SELECT * FROM generations WHERE cell_id = ? ORDER BY CAST(substr(prompt_id, 2) AS INTEGER)";
  return rowsOf(db, sql, cellId).map((row) => ({
    promptId: row.prompt_id as string,
    prompt: row.prompt as string,
    chatTemplate: row.chat_template === 1,
    promptTokens: row.prompt_tokens as number,
    text: row.text as string,
    tokenIds: unpackInt32(row.token_ids as Buffer),
    tokenMs: unpackFloat64(row.token_ms as Buffer),
    margins: numbersOrNull(row.margins),
    wordsPerMinute: row.words_per_minute as number | null,
  }));
}

export function readReplays(db: Db, cellId: string): ReplayLaunch[] {
  const order = "ORDER BY replayed DESC, launch";
  const itemsOf = Map.groupBy(
    rowsOf(db, `SELECT * FROM replay_items WHERE cell_id = ? ${order}, position`, cellId),
    ({ replayed, launch }) => `${String(replayed)} ${String(launch)}`,
  );
  return rowsOf(db, `SELECT * FROM replay_launches WHERE cell_id = ? ${order}`, cellId).map((row) => ({
    launch: row.launch as number,
    of: row.replayed as ReplayLaunch["of"],
    method: row.method as ReplayLaunch["method"],
    graph: row.graph as ReplayLaunch["graph"],
    items: (itemsOf.get(`${String(row.replayed)} ${String(row.launch)}`) ?? []).map((item) => ({
      id: item.item as string,
      promptTokens: item.prompt_tokens as number,
      tokens: item.tokens as number,
      words: item.words as number,
      promptMs: unpackFloat64(item.prompt_ms as Buffer),
      stepMs: unpackFloat64(item.step_ms as Buffer),
    })),
    foreignLoadCores: row.foreign_load_cores as number | null,
    repeats: row.repeats as number,
  }));
}

function readSamples(db: Db, cellId: string): SampleSeries[] {
  const series = new Map<string, SampleSeries>();
  for (const row of rowsOf(db, "SELECT * FROM samples WHERE cell_id = ? ORDER BY kind, launch, part", cellId)) {
    const { kind, launch } = row as { kind: SampleSeries["kind"]; launch: number };
    const key = `${kind} ${launch}`;
    const known = series.get(key) ?? { kind, launch, atMs: [], residentBytes: [], tokensPerSecond: [] };
    series.set(key, known);
    known.atMs.push(...unpackFloat64(row.at_ms as Buffer));
    known.residentBytes.push(...unpackFloat64(row.resident_bytes as Buffer));
    known.tokensPerSecond.push(...unpackFloat64(row.tokens_per_second as Buffer));
  }
  return [...series.values()];
}
