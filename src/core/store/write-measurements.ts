/** One function a kind of measured unit; each writes its unit whole or not at all. */
import type { DecodeLaunch, ForwardLaunch, Generation, ReplayLaunch, SelfTests, TextChunk } from "#shared/results.ts";
import type { BenchmarkMode } from "#shared/spec.ts";
import type { LoadResult, QuestionResult, Samples } from "#core/runs/protocol.ts";
import { packFloat32, packFloat64, packInt32 } from "./blobs.ts";
import type { Db } from "./database.ts";
import { prepared } from "./statement-cache.ts";
import type { LaunchKey } from "./write-run.ts";

/**
 * A token without any probability is infinitely many nats away, which neither JSON nor a mean can hold. It counts as this
 * many: e^-1000 is 0 in every arithmetic, and no finite logits come near it.
 */
const MOST_NATS = 1000;
const clampNats = (nats: number): number => Math.max(-MOST_NATS, Math.min(MOST_NATS, nats));

/** Sums over the tokens of a text may be below that. A choice without any probability stays the least likely of all. */
function choiceNats(values: readonly (number | null)[]): number[] {
  const least = Math.min(0, ...(values.filter((value) => value !== null && Number.isFinite(value)) as number[]));
  const none = least > -MOST_NATS ? -MOST_NATS : least - MOST_NATS;
  return values.map((value) => (value === null ? NaN : Math.min(MOST_NATS, value === -Infinity ? none : value)));
}

type Value = string | number | Buffer | null;

/** Inserts one row, its columns by name. */
function insert(db: Db, table: string, row: Readonly<Record<string, Value>>): void {
  const columns = Object.keys(row);
  const places = columns.map(() => "?").join(", ");
  prepared(db, `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${places})`).run(...Object.values(row));
}

/** What loading took goes with the launch; what the session is, with the cell, once the first launch has told it. */
export function saveLoad(db: Db, runId: string, key: LaunchKey, result: LoadResult): void {
  const { cellId, kind, launch, batchSize } = key;
  const { loadMs, memory, placement, cacheSelfTest, specialTokens } = result;
  db.transaction(() => {
    prepared(
      db,
      "UPDATE launches SET load_ms = ?, memory = ? WHERE cell_id = ? AND kind = ? AND launch = ? AND batch_size = ?",
    ).run(loadMs, memory && JSON.stringify(memory), cellId, kind, launch, batchSize ?? 0);
    if (kind === "timing") {
      prepared(db, "UPDATE cells SET placement = ?, cache_self_test = ? WHERE id = ?").run(
        JSON.stringify(placement),
        cacheSelfTest && JSON.stringify(cacheSelfTest),
        cellId,
      );
    }
    prepared(db, "UPDATE run_questions SET special_tokens = ? WHERE run_id = ?").run(
      JSON.stringify(specialTokens),
      runId,
    );
  })();
}

export function saveForward(db: Db, cellId: string, result: ForwardLaunch): void {
  insert(db, "forward_launches", {
    cell_id: cellId,
    kind: result.kind,
    launch: result.launch,
    batch_size: result.batchSize,
    sequence_length: result.sequenceLength,
    latency_ms: packFloat64(result.latencyMs),
    compute_ms: packFloat64(result.computeMs),
    warmup_ms: packFloat64(result.warmupMs),
    peak_memory_bytes: result.peakMemoryBytes,
    run_peak_bytes: result.runPeakBytes,
    anonymous_bytes: result.anonymousBytes,
    file_bytes: result.fileBytes,
    device_memory_bytes: result.deviceMemoryBytes,
    foreign_load_cores: result.foreignLoadCores,
    repeats: result.repeats,
    swapped: Number(result.swapped),
    skipped: result.skipped,
  });
}

export function saveDecode(db: Db, cellId: string, result: DecodeLaunch): void {
  insert(db, "decode_launches", {
    cell_id: cellId,
    way: result.way,
    launch: result.launch,
    batch_size: result.batchSize,
    depth: result.depth,
    method: result.method,
    graph: result.graph,
    prompt_tokens: result.promptTokens,
    time_to_first_token_ms: packFloat64(result.timeToFirstTokenMs),
    inter_token_ms: packFloat64(result.interTokenMs),
    foreign_load_cores: result.foreignLoadCores,
    skipped: result.skipped,
  });
}

export function saveSelfTests(db: Db, cellId: string, result: SelfTests): void {
  prepared(db, "UPDATE cells SET self_tests = ? WHERE id = ?").run(JSON.stringify(result), cellId);
}

/** A piece of a launch's series, after those that are there. */
export function saveSamples(db: Db, { cellId, kind, launch }: LaunchKey, samples: Samples): void {
  prepared(
    db,
    `INSERT INTO samples (cell_id, kind, launch, part, at_ms, resident_bytes, tokens_per_second)
     SELECT ?, ?, ?, coalesce(max(part), 0) + 1, ?, ?, ? FROM samples WHERE cell_id = ? AND kind = ? AND launch = ?`,
  ).run(
    ...[cellId, kind, launch],
    ...[samples.atMs, samples.residentBytes, samples.tokensPerSecond].map(packFloat64),
    ...[cellId, kind, launch],
  );
}

/** One message of question results, whole or not at all. */
export function saveQuestions(db: Db, cellId: string, results: readonly QuestionResult[]): void {
  db.transaction(() => {
    for (const { tokens, loglikelihood, generate } of results) {
      if (tokens) {
        const { questionId, promptTokens } = tokens;
        const row = { cell_id: cellId, question_id: questionId, prompt_tokens: promptTokens };
        insert(db, "token_rows", { ...row, ...tokenColumns(tokens) });
      }
      saveAnswer(db, cellId, "loglikelihood", loglikelihood);
      saveAnswer(db, cellId, "generate", generate);
    }
  })();
}

type TokenComparison = Omit<TextChunk["positions"][number], "position">;

function tokenColumns(row: TokenComparison): Record<string, Value> {
  return {
    top_ids: packInt32(row.topIds),
    top_logprobs: packFloat32(row.topLogprobs.map(clampNats)),
    log_sum_exp: row.logSumExp,
    reference_logprobs: row.referenceLogprobs && packFloat32(row.referenceLogprobs.map(clampNats)),
    kl_divergence: row.klDivergence === null ? null : clampNats(row.klDivergence),
  };
}

function saveAnswer(db: Db, cellId: string, mode: BenchmarkMode, row: QuestionResult["generate"]): void {
  if (!row) return;
  insert(db, "answers", {
    cell_id: cellId,
    mode,
    question_id: row.questionId,
    predicted: row.predicted,
    correct: Number(row.correct),
    format_failure: Number(row.formatFailure),
    choice_logprobs: packFloat64(choiceNats(row.choiceLogprobs)),
    text: row.text,
    generated_tokens: row.generatedTokens,
    token_ids: row.tokenIds && packInt32(row.tokenIds),
    elapsed_ms: row.elapsedMs,
    normalized_predicted: row.normalized?.predicted ?? null,
    normalized_correct: row.normalized && Number(row.normalized.correct),
    cut_tokens: row.cutTokens,
    shared_seam: Number(row.sharedSeam),
  });
}

export function saveTexts(db: Db, cellId: string, chunks: readonly TextChunk[]): void {
  db.transaction(() => {
    for (const { chunk, scoredBytes, negativeLogLikelihood, positions } of chunks) {
      const values = packFloat64(negativeLogLikelihood.map((value) => clampNats(value ?? NaN)));
      const row = { cell_id: cellId, chunk };
      insert(db, "text_chunks", { ...row, scored_bytes: scoredBytes, negative_log_likelihood: values });
      for (const { position, ...rest } of positions) {
        insert(db, "text_rows", { ...row, position, ...tokenColumns(rest) });
      }
    }
  })();
}

export function saveGeneration(db: Db, cellId: string, row: Generation): void {
  insert(db, "generations", {
    cell_id: cellId,
    prompt_id: row.promptId,
    prompt: row.prompt,
    chat_template: Number(row.chatTemplate),
    prompt_tokens: row.promptTokens,
    text: row.text,
    token_ids: packInt32(row.tokenIds),
    token_ms: packFloat64(row.tokenMs),
    margins: packFloat64(row.margins.map((value) => value ?? NaN)),
    words_per_minute: row.wordsPerMinute,
  });
}

/** One launch's replay of texts or answers, whole or not at all. */
export function saveReplay(db: Db, cellId: string, result: ReplayLaunch): void {
  const { launch, of: replayed, method, graph, items, foreignLoadCores, repeats } = result;
  const key = { cell_id: cellId, launch, replayed };
  db.transaction(() => {
    insert(db, "replay_launches", { ...key, method, graph, foreign_load_cores: foreignLoadCores, repeats });
    for (const [position, { id, promptTokens, tokens, words, promptMs, stepMs }] of items.entries()) {
      insert(db, "replay_items", {
        ...key,
        position,
        item: id,
        prompt_tokens: promptTokens,
        tokens,
        words,
        prompt_ms: packFloat64(promptMs),
        step_ms: packFloat64(stepMs),
      });
    }
  })();
}
