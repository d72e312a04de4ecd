import type { Interval } from "../stats/interval.ts";
import type { Numbers } from "../stats/numbers.ts";
import { assertInteger, assertNoNaN } from "../stats/assert-input.ts";
import { wilson } from "../stats/wilson.ts";
import { describeMetric } from "./descriptor.ts";

export const boundaryTiesMetric = describeMetric({
  id: "boundaryTies",
  label: "Ties at the edge of the top k",
  unit: "share",
  direction: "none",
  aggregation: "share of positions where either side's k-th and next token are equally likely; Wilson 95 %",
});

/** Above this share of positions, a Jaccard index partly shows the rule that the lower id wins, and is shown with a warning. */
export const BOUNDARY_TIE_WARNING = 0.01;

/** Log-probabilities of one position's stored top tokens, best first; null when its row was invalid. */
interface TopLogprobsPair {
  readonly reference: Numbers | null;
  readonly candidate: Numbers | null;
}

interface BoundaryTies {
  readonly k: number;
  readonly ties: number;
  /** Positions where both sides tell. */
  readonly n: number;
  /** ties / n, 0 to 1; null when n is 0. */
  readonly share: number | null;
  readonly interval: Interval | null;
  /** Positions with an invalid row, or where no more than k tokens were stored, so that the next one is not known. */
  readonly unknown: number;
}

/**
 * How often only the id rule (the lower id wins) decided who is among the top k, from what a run stores of each position.
 * Log-probabilities are stored to 1e-6 nats: what is closer counts as a tie.
 * RangeError for k below 1 and for NaN.
 */
export function boundaryTies(pairs: readonly TopLogprobsPair[], k: number): BoundaryTies {
  assertInteger(k, "k", 1);
  let [ties, n] = [0, 0];
  for (const { reference, candidate } of pairs) {
    if (reference === null || candidate === null) continue;
    const [ours, theirs] = [tieAt(reference, k), tieAt(candidate, k)];
    if (ours === null || theirs === null) continue;
    n += 1;
    if (ours || theirs) ties += 1;
  }
  const share = n === 0 ? null : ties / n;
  return {
    k,
    ties,
    n,
    share,
    interval: wilson(ties, n),
    unknown: pairs.length - n,
  };
}

function tieAt(logprobs: Numbers, k: number): boolean | null {
  assertNoNaN(logprobs, "Top log-probabilities");
  return logprobs.length > k ? logprobs[k - 1] === logprobs[k] : null;
}
