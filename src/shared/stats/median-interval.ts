import { halfBinomial } from "./binomial.ts";
import type { Interval } from "./interval.ts";
import type { Numbers } from "./numbers.ts";
import { ascending, quantileOfSorted } from "./quantile.ts";
import { assertInteger } from "./assert-input.ts";

const TAIL = 0.025;

/** Ranks count from 1. */
interface MedianRanks {
  readonly low: number;
  readonly high: number;
  /** Real coverage, at least 0.95. */
  readonly confidence: number;
}

/**
 * Which order statistics enclose the median with at least 95 %: the largest rank l with P(Bin(n, 1/2) < l) <= 2.5 %,
 * and its mirror image. Null for n below 6, where even the smallest and largest value give less.
 */
export function medianRanks(n: number): MedianRanks | null {
  assertInteger(n, "n");
  let low = 0;
  let below = 0;
  while (low < n / 2) {
    const { atMost } = halfBinomial(n, low);
    if (atMost > TAIL) break;
    below = atMost;
    low += 1;
  }
  return low === 0 ? null : { low, high: n + 1 - low, confidence: 1 - 2 * below };
}

export interface MedianInterval extends Interval {
  readonly median: number;
  readonly n: number;
  /** `range`: too few values for a 95 % interval, low and high are the smallest and largest value. */
  readonly kind: "order-statistics" | "range";
  readonly confidence: number | null;
}

/** Distribution-free 95 % interval of the median, in the unit of the values; null when empty, RangeError for NaN. */
export function medianInterval(values: Numbers): MedianInterval | null {
  const sorted = ascending(values);
  const n = sorted.length;
  const median = quantileOfSorted(sorted, 0.5);
  if (median === null) return null;
  const ranks = medianRanks(n);
  if (ranks === null) return { median, low: sorted[0]!, high: sorted[n - 1]!, n, kind: "range", confidence: null };
  const low = sorted[ranks.low - 1]!;
  const high = sorted[ranks.high - 1]!;
  return { median, low, high, n, kind: "order-statistics", confidence: ranks.confidence };
}
