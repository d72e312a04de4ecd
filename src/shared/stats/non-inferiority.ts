import { bonettPrice, type PairedCounts } from "./bonett-price.ts";
import type { Interval } from "./interval.ts";

/**
 * `non-inferior`: a loss of the margin or more is ruled out. `inferior`: a loss beyond the margin is shown. `undecided`:
 * the interval holds the margin.
 */
export type NonInferiorityDecision = "non-inferior" | "inferior" | "undecided";

export interface NonInferiority extends Interval {
  readonly decision: NonInferiorityDecision;
  /** Candidate minus reference as a share, (c - b) / n. */
  readonly delta: number;
  /** The largest loss that is accepted, as a share. */
  readonly margin: number;
  readonly n: number;
}

/** RangeError unless the margin is a share from 0 to 1: 1 point is 0.01. */
export function requireMargin(margin: number): void {
  if (!(margin >= 0 && margin <= 1)) {
    throw new RangeError(`A margin is a share from 0 to 1 (1 point is 0.01), got ${margin}.`);
  }
}

/**
 * The decision from a two-sided 95 % interval of candidate minus reference, whichever way it was made (Bonett-Price, or a
 * bootstrap over subjects): each of its ends is a one-sided 97.5 % bound.
 * @param margin largest loss accepted, a share from 0 to 1; RangeError outside
 */
export function decideNonInferiority({ low, high }: Interval, margin: number): NonInferiorityDecision {
  requireMargin(margin);
  if (low > -margin) return "non-inferior";
  return high < -margin ? "inferior" : "undecided";
}

/**
 * Non-inferiority of a paired share, at one-sided 2.5 %: is the candidate worse by less than the margin? Decided by the
 * Bonett-Price interval (Bonett and Price 2012; the rule is that of ICH E9, 3.3.2). With a margin of 0 it asks for a gain.
 * @returns shares from -1 to 1; null when n is 0. RangeError for counts or a margin that cannot be.
 */
export function nonInferiority(counts: PairedCounts, margin: number): NonInferiority | null {
  requireMargin(margin);
  const difference = bonettPrice(counts);
  if (difference === null) return null;
  const { low, high, plain } = difference;
  return { decision: decideNonInferiority({ low, high }, margin), delta: plain, low, high, margin, n: counts.n };
}
