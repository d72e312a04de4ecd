import type { Numbers } from "./numbers.ts";
import { ascending, mad, quantileOfSorted } from "./quantile.ts";

/** What is shown of repeated samples; every value but the counts has the unit of the samples. */
interface Summary {
  readonly n: number;
  readonly median: number;
  readonly min: number;
  readonly p10: number;
  readonly p90: number;
  readonly max: number;
  /** Samples above the fence: seen and counted, never deleted. */
  readonly outliers: number;
}

/** Makes the median absolute deviation of normal data its standard deviation. */
const MAD_TO_SD = 1.4826;
const FENCE_SDS = 5;

/**
 * Upper fence, median + 5 x 1.4826 x MAD, in the unit of the samples: a timing beyond it was disturbed, not slow.
 * Null when there are no samples; RangeError for NaN.
 */
export function outlierFence(samples: Numbers): number | null {
  const deviation = mad(samples);
  if (deviation === null) return null;
  return quantileOfSorted(ascending(samples), 0.5)! + FENCE_SDS * MAD_TO_SD * deviation;
}

/** Median, spread and outlier count of samples in any order; null when there are none, RangeError for NaN. */
export function summarize(samples: Numbers): Summary | null {
  const fence = outlierFence(samples);
  if (fence === null) return null;
  const sorted = ascending(samples);
  return {
    n: sorted.length,
    median: quantileOfSorted(sorted, 0.5)!,
    min: sorted[0]!,
    p10: quantileOfSorted(sorted, 0.1)!,
    p90: quantileOfSorted(sorted, 0.9)!,
    max: sorted[sorted.length - 1]!,
    outliers: sorted.reduce((count, sample) => (sample > fence ? count + 1 : count), 0),
  };
}
