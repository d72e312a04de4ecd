/** One p-value among several, after Holm. */
export interface HolmResult {
  /** Comparable with the whole level, 0 to 1. */
  readonly adjusted: number;
  readonly rejected: boolean;
  /**
   * The level at which Holm compared it: of its own step where it was rejected, of the step at which Holm stopped where it was
   * not. An interval of this level excludes the hypothesis exactly where the hypothesis is rejected.
   */
  readonly level: number;
}

/**
 * Holm's step-down procedure (Holm 1979): several hypotheses are tested so that the chance of one false rejection among them stays
 * below `level`, whatever they have to do with each other.
 * @param pValues from 0 to 1; RangeError outside or for NaN
 * @returns one result a p-value, in the order given
 */
export function holm(pValues: readonly number[], level = 0.05): HolmResult[] {
  for (const p of pValues) {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`A p-value lies from 0 to 1, got ${p}.`);
  }
  const order = pValues.map((_, index) => index).sort((i, j) => pValues[i]! - pValues[j]!);
  const results = new Array<HolmResult>(pValues.length);
  let largest = 0;
  let stoppedAt: number | null = null;
  order.forEach((index, rank) => {
    const left = pValues.length - rank;
    const p = pValues[index]!;
    largest = Math.max(largest, Math.min(1, left * p));
    if (stoppedAt === null && !(p < level / left)) stoppedAt = level / left;
    results[index] = { adjusted: largest, rejected: stoppedAt === null, level: stoppedAt ?? level / left };
  });
  return results;
}
