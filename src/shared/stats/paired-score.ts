import { assertInteger } from "./assert-input.ts";

/** Counts of a paired comparison of right and wrong answers. */
interface PairedCounts {
  /** Items that both answered. */
  readonly n: number;
  /** Items that only the reference got right. */
  readonly lost: number;
  /** Items that only the candidate got right. */
  readonly gained: number;
}

/**
 * Tango's score statistic (1998) for the difference of two paired shares, candidate minus reference, against a hypothesis:
 * standard normal where the hypothesis is the truth. Its variance is the one under the hypothesis, so that it stays right where
 * nothing flips: without any flip a loss of 1 point is ruled out (one-sided 2.5 %) from 381 items on; the exact bound needs 368.
 * @param difference hypothesis, above -1 and below 1; RangeError outside, and for counts that cannot be
 */
export function pairedScore({ n, lost, gained }: PairedCounts, difference: number): number {
  assertInteger(n, "n", 1);
  assertInteger(lost, "lost");
  assertInteger(gained, "gained");
  if (lost + gained > n) throw new RangeError(`lost + gained (${lost + gained}) must not exceed n (${n}).`);
  if (!(Math.abs(difference) < 1))
    throw new RangeError(`A difference of shares lies between -1 and 1, got ${difference}.`);
  // The share of lost items that is likeliest under the hypothesis: the positive root of a x^2 + b x + c.
  const a = 2 * n;
  const b = -lost - gained + (2 * n + lost - gained) * difference;
  const c = -lost * difference * (1 - difference);
  const share = (Math.sqrt(Math.max(0, b * b - 4 * a * c)) - b) / (2 * a);
  const variance = n * (2 * share + difference * (1 - difference));
  const excess = gained - lost - n * difference;
  if (excess === 0) return 0;
  return variance <= 0 ? Math.sign(excess) * Infinity : excess / Math.sqrt(variance);
}

/** Where everything is lost the statistic has no hypothesis left. */
const LEAST = -1 + 1e-12;

/**
 * The smallest difference that the score does not reject: where the statistic falls to `critical`.
 * @param critical quantile of the statistic, above 0; from -1 to 1 comes back
 */
export function pairedScoreLow(counts: PairedCounts, critical: number): number {
  let low = LEAST;
  let high = Math.max(LEAST, (counts.gained - counts.lost) / counts.n);
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (pairedScore(counts, middle) > critical) low = middle;
    else high = middle;
  }
  return high;
}

/** The largest difference that the score does not reject. */
export function pairedScoreHigh({ n, lost, gained }: PairedCounts, critical: number): number {
  return -pairedScoreLow({ n, lost: gained, gained: lost }, critical);
}
