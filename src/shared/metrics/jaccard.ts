import type { Numbers } from "../stats/numbers.ts";
import { assertInteger } from "../stats/assert-input.ts";
import { describeMetric } from "./descriptor.ts";

export const jaccardMetric = describeMetric({
  id: "jaccard",
  label: "Jaccard index of the top k",
  unit: "index",
  direction: "higher",
  aggregation:
    "mean over positions for one k, never across k; Wilson's score interval for as many trials as the values are worth",
});

export const identicalTopKMetric = describeMetric({
  id: "identicalTopK",
  label: "Positions with the same top k",
  unit: "share",
  direction: "higher",
  aggregation: "share of positions whose Jaccard index is 1, for one k",
});

/** Top ids of one position, best first; null when the row was invalid. */
interface TopIdsPair {
  readonly reference: Numbers | null;
  readonly candidate: Numbers | null;
}

/**
 * Jaccard index of the first k ids, |A and B| / |A or B| (Jaccard 1901), 0 to 1; at k = 1 it is top-1 agreement.
 * With fewer than k ids, because the vocabulary has no more with a probability, all of them count (k' = their number).
 * @returns null when both lists are empty, 0 when one is. RangeError for k below 1.
 */
export function jaccardAtK(refTopIds: Numbers, candTopIds: Numbers, k: number): number | null {
  assertInteger(k, "k", 1);
  const refCount = Math.min(k, refTopIds.length);
  const candCount = Math.min(k, candTopIds.length);
  if (refCount === 0 && candCount === 0) return null;
  let shared = 0;
  for (let i = 0; i < refCount; i += 1) {
    for (let j = 0; j < candCount; j += 1) {
      if (refTopIds[i] === candTopIds[j]) {
        shared += 1;
        break;
      }
    }
  }
  return shared / (refCount + candCount - shared);
}

interface MeanJaccard {
  readonly k: number;
  /** Null when no position counts. */
  readonly mean: number | null;
  /** Positions that count. */
  readonly n: number;
  /** Share of them with the same set of ids (index 1); null when none counts. */
  readonly identicalShare: number | null;
  /** Positions without a value: an invalid row on either side, or no id on both. */
  readonly skipped: number;
  /** Positions where k exceeds the ids of both lists, so that 1 may be forced. */
  readonly degenerate: number;
}

/** Mean Jaccard index at k over positions; pairs with a null side are skipped and counted. RangeError for k below 1. */
export function meanJaccard(pairs: readonly TopIdsPair[], k: number): MeanJaccard {
  assertInteger(k, "k", 1);
  let [sum, n, identical, degenerate] = [0, 0, 0, 0];
  for (const { reference, candidate } of pairs) {
    if (reference === null || candidate === null) continue;
    const index = jaccardAtK(reference, candidate, k);
    if (index === null) continue;
    sum += index;
    n += 1;
    if (index === 1) identical += 1;
    if (reference.length < k && candidate.length < k) degenerate += 1;
  }
  const some = n > 0;
  return {
    k,
    mean: some ? sum / n : null,
    n,
    identicalShare: some ? identical / n : null,
    skipped: pairs.length - n,
    degenerate,
  };
}
