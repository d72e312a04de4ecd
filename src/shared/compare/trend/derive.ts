/** The numbers of one cell that are followed over time, from what was measured in it. Counted up when a formula changes. */
import { jaccardAtK } from "../../metrics/jaccard.ts";
import { boundedMean } from "../../stats/bounded-mean.ts";
import { medianInterval } from "../../stats/median-interval.ts";
import { median } from "../../stats/quantile.ts";
import { wilson } from "../../stats/wilson.ts";
import type { MemoryResult, WordsBasis } from "../../results.ts";
import { headlineMemory } from "../memory-of.ts";
import type { TrendKind, TrendMetricId, TrendValue } from "./metrics.ts";

export const TREND_VERSION = 2;
const JACCARD_K = 20;

/** One launch at the cell's smallest batch size. */
interface TrendForward {
  readonly kind: "timing" | "memory";
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly latencyMs: readonly number[];
  readonly launch: number;
  readonly peakMemoryBytes: number | null;
  readonly runPeakBytes: number | null;
  readonly fileBytes: number | null;
  readonly deviceMemoryBytes: number | null;
  /** Of the process that it ran in, around loading. */
  readonly memory: MemoryResult | null;
}

export interface TrendInput {
  /** Threads and graph, in words. */
  readonly options: string;
  readonly forward: readonly TrendForward[];
  /** Ids of the most likely next tokens by question; empty where the pass was not run. */
  readonly tokens: ReadonlyMap<string, ArrayLike<number>>;
  /** Of the likelihoods, or of generated answers where only those are there. */
  readonly answers: { readonly mode: string; readonly correct: number; readonly valid: number } | null;
  /** Words a minute of texts, or of generated answers where there are none: one a launch; of one process alone without replays. */
  readonly wordRates: readonly number[];
  /** Numbers that came about in another way are not compared. */
  readonly wordsBasis: WordsBasis | null;
}

export interface TrendCircumstances {
  readonly seed: number;
  /** Which questions, and how they are asked; in words. */
  readonly questions: string;
  /** Which prompts, and how they are answered; in words. */
  readonly prompts: string;
  /** The cell that next tokens are compared with: its label and its file. */
  readonly reference: string;
}

export type TrendValues = Readonly<Record<TrendMetricId, TrendValue | null>>;

/** @param reference next tokens of the run's reference; null in the reference itself, and where it has none */
export function deriveTrend(
  cell: TrendInput,
  reference: TrendInput["tokens"] | null,
  circumstances: TrendCircumstances,
): TrendValues {
  return {
    memory: memoryOf(cell),
    latency: latencyOf(cell),
    jaccard: reference === null ? null : jaccardOf(cell, reference, circumstances),
    accuracy: accuracyOf(cell, circumstances),
    words: wordsOf(cell, circumstances),
  };
}

const MEMORY_SETUPS = { device: "GPU memory", anonymous: "own memory", resident: "resident memory" } as const;

/** The same number as the run's own results have for this cell alone (compare/memory-of.ts). */
function memoryOf({ forward, options }: TrendInput): TrendValue | null {
  const [first] = forward;
  if (!first) return null;
  const { batchSize } = first;
  const launches = forward.map((row) => ({ ...row, skipped: null }));
  const memory = headlineMemory({ forward: [{ batchSize, launches }], launches }, batchSize);
  const middle = memory && medianInterval([...memory.byLaunch.values()]);
  if (!middle) return null;
  const { low, high, n, kind } = middle;
  return {
    // Whole bytes, as the run's own results have them.
    value: memory.bytes,
    low: n > 1 ? low : null,
    high: n > 1 ? high : null,
    kind: n === 1 ? "none" : kind === "range" ? "range" : "interval",
    n,
    setup: `${MEMORY_SETUPS[memory.of]}, ${forwardSetup(forward, options)}${memory.kind === "memory" ? ", a process a batch size" : ""}`,
  };
}

function latencyOf({ forward, options }: TrendInput): TrendValue | null {
  const timed = forward.filter(({ kind, latencyMs }) => kind === "timing" && latencyMs.length > 0);
  const values = timed.length === 1 ? timed[0]!.latencyMs : timed.map(({ latencyMs }) => median(latencyMs)!);
  const middle = medianInterval(values);
  if (!middle) return null;
  const sure = middle.kind === "order-statistics";
  const kind: TrendKind = !sure ? "range" : timed.length === 1 ? "runs" : "interval";
  const { median: value, low, high } = middle;
  return { value, low, high, kind, n: timed.length, setup: forwardSetup(timed, options) };
}

function forwardSetup([first]: readonly TrendForward[], options: string): string {
  return `batch ${first?.batchSize ?? 0}, ${first?.sequenceLength ?? 0} tokens, ${options}`;
}

/** The same numbers as the run's own comparison gives: same pairs (compare/compare-tokens.ts). */
function jaccardOf(
  { tokens }: TrendInput,
  reference: TrendInput["tokens"],
  { questions, reference: against }: TrendCircumstances,
): TrendValue | null {
  const clusters = [...reference].flatMap(([id, ours]) => {
    const theirs = tokens.get(id);
    if (!theirs || ours.length === 0 || theirs.length === 0) return [];
    const index = jaccardAtK(ours as readonly number[], theirs as readonly number[], JACCARD_K);
    return index === null ? [] : [[index]];
  });
  const mean = boundedMean(clusters);
  if (!mean) return null;
  const { estimate, interval } = mean;
  return {
    value: estimate,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    kind: interval ? "interval" : "none",
    n: clusters.length,
    setup: `${questions}, against ${against}`,
  };
}

function accuracyOf({ answers }: TrendInput, { questions }: TrendCircumstances): TrendValue | null {
  const interval = answers && wilson(answers.correct, answers.valid);
  if (!answers || !interval) return null;
  const { correct, valid, mode } = answers;
  const { low, high } = interval;
  return { value: correct / valid, low, high, kind: "interval", n: valid, setup: `${mode}, ${questions}` };
}

/** A number that was measured once has no interval, and those of earlier versions are no neighbours of replayed ones. */
function wordsOf({ wordRates, wordsBasis, options }: TrendInput, { prompts }: TrendCircumstances): TrendValue | null {
  const middle = medianInterval(wordRates);
  if (!middle) return null;
  const { median: value, low, high, n } = middle;
  if (wordsBasis !== "replayed") {
    const how = wordsBasis === "disturbed" ? "measured once and disturbed" : "measured once";
    return { value, low: null, high: null, kind: "none", n: 1, setup: `${prompts}, ${options}, ${how}` };
  }
  const kind = middle.kind === "order-statistics" ? "interval" : n > 1 ? "range" : "none";
  const ends = n > 1 ? { low, high } : { low: null, high: null };
  return { value, ...ends, kind, n, setup: `${prompts}, ${options}, written again in every launch` };
}
