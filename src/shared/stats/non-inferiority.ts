import type { Interval } from "./interval.ts";

/**
 * `non-inferior`: a loss of the margin or more is ruled out. `inferior`: a loss beyond the margin is shown. `undecided`:
 * the interval holds the margin.
 */
type NonInferiorityDecision = "non-inferior" | "inferior" | "undecided";

/** RangeError unless the margin is a share from 0 to 1: 1 point is 0.01. */
export function requireMargin(margin: number): void {
  if (!(margin >= 0 && margin <= 1)) {
    throw new RangeError(`A margin is a share from 0 to 1 (1 point is 0.01), got ${margin}.`);
  }
}

/**
 * Is the candidate worse by less than the margin (ICH E9, 3.3.2)? From a two-sided 95 % interval of candidate minus
 * reference, whichever way it was made (Bonett-Price, or a bootstrap over subjects): each of its ends is a one-sided
 * 97.5 % bound. With a margin of 0 it asks for a gain.
 * @param margin largest loss accepted, a share from 0 to 1; RangeError outside
 */
export function decideNonInferiority({ low, high }: Interval, margin: number): NonInferiorityDecision {
  requireMargin(margin);
  if (low > -margin) return "non-inferior";
  return high < -margin ? "inferior" : "undecided";
}
