/**
 * Every measurement of a run as one tidy table: a row is one observation (a timed run, a token, a launch's memory, a question's
 * answer, a text), a column one quantity with its unit in the name. The columns are the same for every run, so that files
 * can be put under each other.
 */
import { wordsPerMinute } from "../metrics/words-per-minute.ts";
import type { CellResult, DecodeLaunch, ForwardLaunch, ReplayItem, Results } from "../results.ts";
import { toCsv } from "./csv.ts";
import { anonymousPeak } from "../compare/memory-of.ts";

export const MEASUREMENT_COLUMNS = [
  "run",
  "model",
  "cell",
  "format",
  "provider",
  "pass",
  "launch_kind",
  "launch",
  "batch_size",
  "sequence_tokens",
  "depth_tokens",
  "way",
  "mode",
  "item",
  "sample",
  "load_ms",
  "load_peak_bytes",
  "steady_bytes",
  "warmup_ms",
  "latency_ms",
  "compute_ms",
  "peak_memory_bytes",
  "peak_own_memory_bytes",
  "mapped_file_bytes",
  "device_memory_bytes",
  "foreign_load_cores",
  "time_to_first_token_ms",
  "inter_token_ms",
  "prompt_tokens",
  "generated_tokens",
  "elapsed_ms",
  "words_per_minute",
  "words_basis",
  "predicted_choice",
  "correct",
  "format_failure",
  "top_token_id",
  "top_logprob_nats",
  "kl_divergence_nats",
  "negative_log_likelihood_nats",
  "scored_tokens",
  "scored_bytes",
  "skipped",
] as const;
type MeasurementColumn = (typeof MEASUREMENT_COLUMNS)[number];
type Value = string | number | null;
type MeasurementRow = Readonly<Partial<Record<MeasurementColumn, Value>>>;

type Measured = Pick<Results, "run" | "model" | "cells">;

/**
 * A row a measurement, in parts to be written one after another, a cell at a time.
 * @param header false where the rows of another run stand in front
 */
export function* measurementsCsvParts(results: Measured, header = true): Iterable<string> {
  if (header) yield toCsv([[...MEASUREMENT_COLUMNS]]);
  for (const cell of results.cells) {
    const rows = measurementRows({ ...results, cells: [cell] });
    yield toCsv(rows.map((row) => MEASUREMENT_COLUMNS.map((column) => row[column] ?? null)));
  }
}

export function measurementRows({ run, model, cells }: Measured): MeasurementRow[] {
  return cells.flatMap((cell) => {
    const { label, format, provider } = cell;
    const place = { run: run.id, model: model.name, cell: label, format, provider };
    return [...loadRows(cell), ...speedRows(cell), ...qualityRows(cell), ...replayRows(cell)].map((row) => ({
      ...place,
      ...row,
    }));
  });
}

function loadRows({ launches }: CellResult): MeasurementRow[] {
  return launches.flatMap(({ kind, launch, batchSize, loadMs, memory }) =>
    loadMs === null
      ? []
      : [
          {
            pass: "load",
            launch_kind: kind,
            launch,
            batch_size: batchSize,
            load_ms: loadMs,
            load_peak_bytes: memory?.loadPeakBytes ?? null,
            steady_bytes: memory?.steadyBytes ?? null,
          },
        ],
  );
}

function speedRows({ forward, decode, launches }: CellResult): MeasurementRow[] {
  return [
    ...forward.flatMap(({ launches: rows }) => rows.flatMap((row) => forwardRows(row, launches))),
    ...decode.flatMap(({ launches }) => launches.flatMap(decodeRows)),
  ];
}

function forwardRows(row: ForwardLaunch, launches: CellResult["launches"]): MeasurementRow[] {
  const { anonymous, mapped } = anonymousPeak(row, launches);
  const { kind, launch, batchSize, sequenceLength } = row;
  const place = { pass: "forward", launch_kind: kind, launch, batch_size: batchSize, sequence_tokens: sequenceLength };
  const timed = (column: MeasurementColumn, values: readonly number[]): MeasurementRow[] =>
    values.map((value, index) => ({ ...place, sample: index + 1, [column]: value }));
  return [
    {
      ...place,
      peak_memory_bytes: row.peakMemoryBytes,
      peak_own_memory_bytes: anonymous,
      mapped_file_bytes: mapped,
      device_memory_bytes: row.deviceMemoryBytes,
      foreign_load_cores: row.foreignLoadCores,
      skipped: row.skipped,
    },
    ...timed("warmup_ms", row.warmupMs),
    ...timed("latency_ms", row.latencyMs),
    ...timed("compute_ms", row.computeMs),
  ];
}

function decodeRows(row: DecodeLaunch): MeasurementRow[] {
  const { launch, way, batchSize, depth, promptTokens, skipped } = row;
  const place = {
    pass: "decode",
    launch_kind: way === "user" ? "timing" : "stepping",
    launch,
    batch_size: batchSize,
    depth_tokens: depth,
    prompt_tokens: promptTokens,
    way,
  };
  if (skipped !== null) return [{ ...place, skipped }];
  return [
    ...row.timeToFirstTokenMs.map((ms, index) => ({ ...place, sample: index + 1, time_to_first_token_ms: ms })),
    ...row.interTokenMs.map((ms, index) => ({ ...place, sample: index + 1, inter_token_ms: ms })),
  ];
}

function qualityRows({ tokens, texts, benchmark, generations, wordsBasis }: CellResult): MeasurementRow[] {
  return [
    ...tokens.map((row): MeasurementRow => ({
      pass: "tokens",
      item: row.questionId,
      prompt_tokens: row.promptTokens,
      top_token_id: row.topIds[0] ?? null,
      top_logprob_nats: row.topLogprobs[0] ?? null,
      kl_divergence_nats: row.klDivergence,
    })),
    ...texts.map((row): MeasurementRow => {
      const known = row.negativeLogLikelihood.filter((value) => value !== null);
      return {
        pass: "texts",
        item: `chunk ${row.chunk}`,
        negative_log_likelihood_nats: known.reduce((sum, value) => sum + value, 0),
        scored_tokens: known.length,
        scored_bytes: row.scoredBytes,
      };
    }),
    ...benchmark.flatMap(({ mode, answers }) =>
      answers.map((row): MeasurementRow => ({
        pass: "benchmark",
        mode,
        item: row.questionId,
        predicted_choice: row.predicted,
        correct: Number(row.correct),
        format_failure: Number(row.formatFailure),
        elapsed_ms: row.elapsedMs,
        generated_tokens: row.generatedTokens,
      })),
    ),
    ...generations.map((row): MeasurementRow => ({
      pass: "generate",
      item: row.promptId,
      prompt_tokens: row.promptTokens,
      generated_tokens: row.tokenIds.length,
      elapsed_ms: row.tokenMs.at(-1) ?? null,
      // What was replayed has rows of its own.
      words_per_minute: wordsBasis === "replayed" ? null : row.wordsPerMinute,
      words_basis: row.wordsPerMinute === null || wordsBasis === "replayed" ? null : wordsBasis,
    })),
  ];
}

/** A row each time that a text was written again. */
function replayRows({ replays }: CellResult): MeasurementRow[] {
  return replays.flatMap(({ of, launches }) =>
    launches.flatMap(({ launch, items, foreignLoadCores }) =>
      items.flatMap((item) =>
        repeatsOf(item).map((times, index) => ({
          pass: "replay",
          launch_kind: "stepping",
          launch,
          mode: of,
          item: item.id,
          sample: index + 1,
          foreign_load_cores: foreignLoadCores,
          prompt_tokens: item.promptTokens,
          generated_tokens: item.tokens,
          time_to_first_token_ms: times.promptMs,
          elapsed_ms: times.elapsedMs,
          words_per_minute: wordsPerMinute(item.words, times.elapsedMs),
          words_basis: "replayed",
        })),
      ),
    ),
  );
}

function repeatsOf({ promptMs, stepMs }: ReplayItem): { promptMs: number; elapsedMs: number }[] {
  const steps = stepMs.length / promptMs.length;
  return promptMs.map((ms, index) => ({
    promptMs: ms,
    elapsedMs: stepMs.slice(index * steps, (index + 1) * steps).reduce((sum, each) => sum + each, ms),
  }));
}
