/** The numbers that are followed over time, one table. A new one is a row here and a function in derive.ts. */
import type { MetricDirection } from "../../metrics/descriptor.ts";

export const TREND_METRIC_IDS = ["memory", "latency", "jaccard", "accuracy", "words"] as const;
export type TrendMetricId = (typeof TREND_METRIC_IDS)[number];

/**
 * What low and high of a number are. `interval`: 95 %. `range`: smallest to largest of a few launches. `runs`: 95 % of
 * the runs of one launch, which says nothing of other launches. Only intervals can show a change; of memory, which
 * hardly varies between launches, ranges as well.
 */
export const TREND_KINDS = ["none", "interval", "range", "runs"] as const;
export type TrendKind = (typeof TREND_KINDS)[number];

/** In the metric's own unit: bytes, ms, an index from 0 to 1, a share from 0 to 1, words a minute. */
export interface TrendValue {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly kind: TrendKind;
  /** Launches, runs or questions behind it. */
  readonly n: number;
  /** Under which circumstances, in words: only numbers of the same are compared. */
  readonly setup: string;
}

export interface TrendMetric {
  readonly title: string;
  /** In a sentence: "latency +18 %". */
  readonly word: string;
  readonly axis: string;
  readonly unit: string;
  /** One displayed unit in the metric's own. */
  readonly scale: number;
  readonly better: MetricDirection;
  /** A change is told as a percentage of the value, or as a difference in `difference` digits of the shown unit. */
  readonly change: "percent" | "difference";
  readonly digits: number;
  /** What `n` counts. */
  readonly counts: string;
  readonly note: string;
  /** Smallest and largest value that there can be, shown. */
  readonly least: number | null;
  readonly most: number | null;
  readonly empty: string;
}

export const TREND_METRICS: Readonly<Record<TrendMetricId, TrendMetric>> = Object.freeze({
  memory: {
    title: "Peak memory",
    word: "peak memory",
    axis: "Peak memory",
    unit: "MiB",
    scale: 2 ** 20,
    better: "lower",
    change: "percent",
    digits: 0,
    counts: "launch",
    note: "Smallest batch size, mapped files left out where they are told apart; median over launches, 95 % interval, a range below six.",
    least: 0,
    most: null,
    empty: "None of these runs measured memory. Enable the forward pass.",
  },
  latency: {
    title: "Forward latency",
    word: "latency",
    axis: "Latency",
    unit: "ms",
    scale: 1,
    better: "lower",
    change: "percent",
    digits: 0,
    counts: "launch",
    note: "Smallest batch size; median over launches, 95 % interval, a range below six.",
    least: 0,
    most: null,
    empty: "None of these runs measured latency. Enable the forward pass.",
  },
  jaccard: {
    title: "Next tokens in common, Jaccard@20",
    word: "Jaccard@20",
    axis: "Jaccard index",
    unit: "",
    scale: 1,
    better: "higher",
    change: "difference",
    digits: 3,
    counts: "question",
    note: "With the run's own reference; mean over questions with its 95 % interval.",
    least: null,
    most: 1,
    empty: "No run of these compared next tokens. The tokens pass does, for the reference as well.",
  },
  accuracy: {
    title: "Accuracy",
    word: "accuracy",
    axis: "Accuracy",
    unit: "%",
    scale: 0.01,
    better: "higher",
    change: "difference",
    digits: 1,
    counts: "question",
    note: "Share of questions answered right, with its 95 % Wilson interval.",
    least: 0,
    most: 100,
    empty: "No run of these asked questions. The benchmark pass does.",
  },
  words: {
    title: "Words per minute",
    word: "words per minute",
    axis: "Speed",
    unit: "words/min",
    scale: 1,
    better: "higher",
    change: "percent",
    digits: 0,
    counts: "launch",
    note: "Of generated texts, written again in every launch; median over launches with its 95 % interval. What was “measured once” has none, and of some formats was disturbed.",
    least: 0,
    most: null,
    empty: "No run of these generated texts. The generate pass does.",
  },
});
