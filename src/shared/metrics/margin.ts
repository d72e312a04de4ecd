import type { Numbers } from "../stats/numbers.ts";
import { requireNoNaN } from "../stats/require.ts";
import { describeMetric } from "./descriptor.ts";

export const marginMetric = describeMetric({
  id: "margin",
  label: "Margin of the best choice",
  unit: "nats",
  direction: "none",
  aggregation: "mean over questions of best minus second log-probability",
});

/** The two largest values, largest first; null with fewer than two. */
function topTwo(values: Numbers): [number, number] | null {
  requireNoNaN(values, "margin");
  if (values.length < 2) return null;
  let [first, second] = [-Infinity, -Infinity];
  for (const value of values) {
    if (value > first) [first, second] = [value, first];
    else if (value > second) second = value;
  }
  return [first, second];
}

/**
 * Best minus second log-probability, in nats and never below 0, of choices in any order; Infinity when only one choice
 * has a probability. Null with fewer than two choices or when none has a probability; RangeError for NaN.
 */
export function logMargin(logprobs: Numbers): number | null {
  const two = topTwo(logprobs);
  return two === null || two[0] === -Infinity ? null : two[0] - two[1];
}

/** p1 - p2 from log-probabilities in any order, 0 to 1: how sure the model was. Null with fewer than two. */
export function probabilityMargin(logprobs: Numbers): number | null {
  const two = topTwo(logprobs);
  return two === null ? null : Math.exp(two[0]) - Math.exp(two[1]);
}

export interface MeanMargin {
  readonly mean: number | null;
  readonly n: number;
  /** Margins that are null or infinite. */
  readonly skipped: number;
}

/** Mean margin over questions; null and infinite margins are skipped and counted. RangeError for NaN. */
export function meanMargin(margins: readonly (number | null)[]): MeanMargin {
  const finite = margins.filter((margin) => margin !== null && margin !== Infinity) as number[];
  requireNoNaN(finite, "margin");
  const n = finite.length;
  return { mean: n === 0 ? null : finite.reduce((a, b) => a + b, 0) / n, n, skipped: margins.length - n };
}
