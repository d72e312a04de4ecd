import { ascending, quantileOfSorted } from "../stats/quantile.ts";
import { describeMetric } from "./descriptor.ts";
import { logSumExp } from "./log-softmax.ts";
import { type LogitsRow, usedLength } from "./logits-row.ts";

export const klDivergenceMetric = describeMetric({
  id: "klDivergence",
  label: "KL divergence from the reference",
  unit: "nats",
  direction: "lower",
  aggregation: "mean over positions, infinite ones counted apart; studentized cluster bootstrap over questions",
});

/** Rounding may push a zero divergence this far below 0; further down is a bug. */
const ROUNDING_NATS = 1e-6;

/**
 * KL(reference || candidate) over the full vocabulary, in nats: sum of p (ln p - ln q), no cut-off, no smoothing
 * (Kullback and Leibler 1951). Terms with p = 0 are 0; q = 0 < p makes it Infinity.
 * @param vocabularySize ids from here on are padding and are left out of both rows
 * @returns null when either row is no distribution. RangeError for rows of two lengths without a vocabularySize.
 */
export function klDivergence(reference: LogitsRow, candidate: LogitsRow, vocabularySize?: number): number | null {
  if (vocabularySize === undefined && reference.length !== candidate.length) {
    throw new RangeError(
      `Rows of ${reference.length} and ${candidate.length} logits have no divergence: give the vocabulary they share.`,
    );
  }
  const size = usedLength(reference, vocabularySize);
  const refTotal = logSumExp(reference, size);
  const candTotal = logSumExp(candidate, size);
  if (refTotal === null || candTotal === null) return null;
  let sum = 0;
  for (let id = 0; id < size; id += 1) {
    const logP = reference[id]! - refTotal;
    const p = Math.exp(logP);
    if (p > 0) sum += p * (logP - (candidate[id]! - candTotal));
  }
  if (sum < -ROUNDING_NATS) throw new Error(`A KL divergence of ${sum} nats is impossible.`);
  return Math.max(0, sum);
}

interface KlSummary {
  /** Positions with a value, infinite ones among them. */
  readonly n: number;
  /** Over the finite values; null when there is none. */
  readonly mean: number | null;
  /** Quantiles and maximum take the infinite values in; null when there is no value. */
  readonly median: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  /** Positions where the candidate gives 0 to a token that the reference does not. */
  readonly infinite: number;
  /** Positions with an invalid row. */
  readonly invalid: number;
}

/** Divergences per position, in nats, as shown; null marks an invalid position. RangeError for NaN. */
export function summarizeKl(values: readonly (number | null)[]): KlSummary {
  const sorted = ascending(values.filter((value) => value !== null));
  const finite = sorted.filter((value) => value !== Infinity);
  return {
    n: sorted.length,
    mean: finite.length === 0 ? null : finite.reduce((a, b) => a + b, 0) / finite.length,
    median: quantileOfSorted(sorted, 0.5),
    p90: quantileOfSorted(sorted, 0.9),
    p99: quantileOfSorted(sorted, 0.99),
    max: quantileOfSorted(sorted, 1),
    infinite: sorted.length - finite.length,
    invalid: values.length - sorted.length,
  };
}
