import type { Numbers } from "./numbers.ts";
import { assertNoNaN } from "./assert-input.ts";

/** An ascending copy; the input stays as it is. RangeError if a value is NaN. */
export function ascending(values: Numbers): Float64Array {
  assertNoNaN(values, "quantile");
  return Float64Array.from(values).sort();
}

/**
 * Quantile by linear interpolation, type 7 of Hyndman and Fan (1996), of values that are sorted ascending.
 * @param p share from 0 to 1; RangeError outside
 * @returns in the unit of the values; null when there are none
 */
export function quantileOfSorted(sorted: Numbers, p: number): number | null {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`A quantile needs a share from 0 to 1, got ${p}.`);
  if (sorted.length === 0) return null;
  const position = (sorted.length - 1) * p;
  const index = Math.floor(position);
  const below = sorted[index]!;
  const above = sorted[Math.min(index + 1, sorted.length - 1)]!;
  // Exact hits and equal neighbours need no arithmetic, which keeps infinities (a KL can be one) from turning into NaN.
  if (position === index || below === above) return below;
  const weight = position - index;
  return Number.isFinite(above - below) ? below + weight * (above - below) : (1 - weight) * below + weight * above;
}

/** Type 7 quantile of values in any order; null when empty, RangeError for NaN or a share outside 0 to 1. */
export function quantile(values: Numbers, p: number): number | null {
  return quantileOfSorted(ascending(values), p);
}

/** The middle value, or the mean of the two middle ones; null when empty, RangeError for NaN. */
export function median(values: Numbers): number | null {
  return quantile(values, 0.5);
}

/** Median absolute deviation from the median, unscaled (times 1.4826 it estimates an SD); null when empty. */
export function mad(values: Numbers): number | null {
  const centre = median(values);
  if (centre === null) return null;
  return median(Float64Array.from(values, (value) => (value === centre ? 0 : Math.abs(value - centre))));
}
