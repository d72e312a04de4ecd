/** Of a stored run, just what trends are derived from: the smallest batch size, ids of next tokens, counts of answers. */
import { countWords, wordsPerMinute } from "#shared/metrics/words-per-minute.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import type { ProviderId } from "#shared/providers/providers.ts";
import { hashSeed } from "#shared/random.ts";
import { referenceCell } from "#shared/verdict/build-results.ts";
import { deriveTrend, type TrendCircumstances, type TrendInput } from "#shared/compare/trend/derive.ts";
import type { MemoryResult } from "#shared/results.ts";
import { BENCHMARK_MODES, type Spec } from "#shared/spec.ts";
import { launchRate } from "#shared/compare/join-replays.ts";
import { roundsActivations } from "#core/engine/arithmetic.ts";
import type { GraphFacts } from "#core/onnx/graph-facts.ts";
import { unpackFloat64, unpackInt32 } from "./blobs.ts";
import type { Db } from "./database.ts";
import { prepared } from "./statement-cache.ts";
import type { TrendCell } from "./history-trend.ts";
import { readReplays } from "./read-measurements.ts";

interface CellRow {
  id: string;
  label: string;
  format: FormatId;
  provider: ProviderId;
  threads: number;
  sha256: string;
  position: number;
  status: string;
  facts: string;
}

const HASH_SHOWN = 8;
const MODE_WORDS = { loglikelihood: "by likelihood", generate: "generated answers" } as const;

/**
 * Every finished cell of a run with its numbers; empty for a run that is gone. Yields after each cell: a window is served in
 * the same thread, and a cell takes some milliseconds.
 */
export function* deriveRun(db: Db, runId: string): Generator<void, TrendCell[]> {
  const run = prepared<{ spec: string }>(db, "SELECT spec FROM runs WHERE id = ?").get(runId);
  if (!run) return [];
  const spec = JSON.parse(run.spec) as Spec;
  const cells = prepared<CellRow>(
    db,
    "SELECT id, label, format, provider, threads, sha256, position, status, facts FROM cells WHERE run_id = ? ORDER BY position",
  ).all(runId);
  const reference = referenceCell(cells, spec.reference);
  const referenceTokens = reference ? readTokens(db, reference.id) : new Map<string, number[]>();
  const circumstances: TrendCircumstances = {
    seed: spec.seed,
    questions: questionWords(db, runId, spec),
    prompts: promptWords(spec),
    reference: reference ? `${reference.label} (${reference.sha256.slice(0, HASH_SHOWN)})` : "no reference",
  };
  const derived: TrendCell[] = [];
  for (const cell of cells) {
    if (cell.status !== "done") continue;
    const input = readInput(db, cell, spec);
    const against = cell === reference || referenceTokens.size === 0 ? null : referenceTokens;
    const { id: cellId, format, provider, sha256 } = cell;
    const values = deriveTrend(input, against, circumstances);
    derived.push({ cellId, format, provider, label: cell.label, sha256, values });
    yield;
  }
  return derived;
}

function questionWords(db: Db, runId: string, { passes, sample }: Spec): string {
  const set = prepared<{ name: string; sha256: string; asked: number }>(
    db,
    `SELECT s.name, s.sha256, q.asked FROM run_questions q JOIN question_sets s ON s.sha256 = q.set_sha256
     WHERE q.run_id = ? ORDER BY q.set_index LIMIT 1`,
  ).get(runId);
  const asking = passes.benchmark ?? passes.tokens;
  if (!set || !asking) return "no questions";
  const how = [
    `${set.asked} of ${set.name} (${set.sha256.slice(0, HASH_SHOWN)})`,
    asking.promptTemplate,
    ...(asking.chatTemplate ? ["chat template"] : []),
    ...(asking.shots > 0 ? [`${asking.shots} shots`] : []),
    ...(sample ? [`sample ${sample.seed}`] : []),
  ];
  return how.join(", ");
}

function promptWords({ passes: { generate, benchmark } }: Spec): string {
  if (generate) {
    const { maxNewTokens, temperature } = generate;
    const which = hashSeed("prompts", JSON.stringify(generate.prompts)).toString(16);
    return `texts (${which}), up to ${maxNewTokens} tokens, temperature ${temperature}`;
  }
  return `answers, up to ${benchmark?.maxNewTokens ?? 0} tokens`;
}

function readInput(db: Db, cell: CellRow, spec: Spec): TrendInput {
  const graph = spec.cells[cell.position]?.graph ?? "exported";
  return {
    options: `${cell.threads} threads${graph === "exported" ? "" : `, ${graph} graph`}`,
    forward: readForward(db, cell.id),
    tokens: readTokens(db, cell.id),
    answers: readAnswers(db, cell.id),
    ...readWords(db, cell, spec),
  };
}

interface ForwardRow {
  kind: "timing" | "memory";
  launch: number;
  batchSize: number;
  sequenceLength: number;
  latency: Buffer;
  peakMemoryBytes: number | null;
  runPeakBytes: number | null;
  fileBytes: number | null;
  deviceMemoryBytes: number | null;
  /** JSON. */
  memory: string | null;
}

function readForward(db: Db, cellId: string): TrendInput["forward"] {
  return prepared<ForwardRow>(
    db,
    `SELECT f.kind, f.launch, f.batch_size AS batchSize, f.sequence_length AS sequenceLength, f.latency_ms AS latency,
       f.peak_memory_bytes AS peakMemoryBytes, f.run_peak_bytes AS runPeakBytes, f.file_bytes AS fileBytes,
       f.device_memory_bytes AS deviceMemoryBytes, l.memory
     FROM forward_launches f LEFT JOIN launches l ON l.cell_id = f.cell_id AND l.kind = f.kind AND l.launch = f.launch
       AND l.batch_size = CASE f.kind WHEN 'memory' THEN f.batch_size ELSE 0 END
     WHERE f.cell_id = ? AND f.skipped IS NULL AND f.batch_size =
       (SELECT min(batch_size) FROM forward_launches WHERE cell_id = ? AND skipped IS NULL AND kind = 'timing')
     ORDER BY f.kind, f.launch`,
  )
    .all(cellId, cellId)
    .map(({ latency, memory, ...row }) => ({
      ...row,
      latencyMs: unpackFloat64(latency),
      memory: memory === null ? null : (JSON.parse(memory) as MemoryResult),
    }));
}

function readTokens(db: Db, cellId: string): Map<string, number[]> {
  // In the file's order, as a comparison reads them: the bootstrap's draws do not depend on it, the rounding would.
  const rows = prepared<{ id: string; ids: Buffer }>(
    db,
    `SELECT question_id AS id, top_ids AS ids FROM token_rows WHERE cell_id = ?
     ORDER BY CAST(substr(question_id, 2) AS INTEGER)`,
  ).all(cellId);
  return new Map(rows.map(({ id, ids }) => [id, unpackInt32(ids)]));
}

/** An answer without a choice that is no format failure was computed from NaN, and is none. */
function readAnswers(db: Db, cellId: string): TrendInput["answers"] {
  for (const mode of BENCHMARK_MODES) {
    const row = prepared<{ correct: number | null; valid: number }>(
      db,
      `SELECT sum(correct) AS correct, count(*) AS valid FROM answers
       WHERE cell_id = ? AND mode = ? AND (predicted IS NOT NULL OR format_failure = 1)`,
    ).get(cellId, mode)!;
    if (row.valid > 0) return { mode: MODE_WORDS[mode], correct: row.correct ?? 0, valid: row.valid };
  }
  return null;
}

/** Of texts; of generated answers where there are none. From replays, else as they were timed once. */
function readWords(db: Db, cell: CellRow, { passes }: Spec): Pick<TrendInput, "wordRates" | "wordsBasis"> {
  const replays = readReplays(db, cell.id).filter(({ of }) => of === (passes.generate ? "texts" : "answers"));
  if (replays.length > 0) {
    return { wordRates: replays.flatMap(({ items }) => launchRate(items) ?? []), wordsBasis: "replayed" };
  }
  const rounded = roundsActivations(JSON.parse(cell.facts) as GraphFacts);
  return { wordRates: readRatesOnce(db, cell.id, passes), wordsBasis: rounded ? "disturbed" : "once" };
}

function readRatesOnce(db: Db, cellId: string, passes: Spec["passes"]): number[] {
  if (passes.generate) {
    return prepared<{ rate: number }>(
      db,
      "SELECT words_per_minute AS rate FROM generations WHERE cell_id = ? AND words_per_minute IS NOT NULL",
    )
      .all(cellId)
      .map(({ rate }) => rate);
  }
  return prepared<{ text: string | null; ms: number }>(
    db,
    "SELECT text, elapsed_ms AS ms FROM answers WHERE cell_id = ? AND mode = 'generate'",
  )
    .all(cellId)
    .flatMap(({ text, ms }) => wordsPerMinute(countWords(text ?? ""), ms) ?? []);
}
