import type { Numbers } from "../stats/numbers.ts";
import { assertNoNaN, assertSameLength } from "../stats/assert-input.ts";
import { describeMetric } from "./descriptor.ts";

export const klLowerBoundMetric = describeMetric({
  id: "klLowerBound",
  label: "KL divergence from the reference, lower bound (≥)",
  unit: "nats",
  direction: "lower",
  aggregation:
    "mean over positions, from the stored top tokens and the rest; studentized cluster bootstrap over questions",
});

/** What a run stores of one position: the top ids, best first, and their log-probabilities in nats. */
export interface StoredTop {
  readonly topIds: Numbers;
  readonly topLogprobs: Numbers;
}

/** Log-probabilities are stored rounded, so a rest below this is not told from 0. More rest only lowers the bound. */
const LEAST_REST = 1e-6;

/**
 * A lower bound of KL(reference || candidate) in nats, from stored top tokens alone: tokens in both lists count one by
 * one, all others as one "rest" on each side. Merging outcomes never raises a divergence (data-processing inequality,
 * Cover and Thomas, section 2.7), so show it with "≥". It is 0 when no token is in both lists.
 * @returns Infinity where the candidate gives 0 to a stored token. RangeError for NaN, for log-probabilities above 0
 * and for unequal lengths.
 */
export function klLowerBound(reference: StoredTop, candidate: StoredTop): number {
  check(reference, "reference");
  check(candidate, "candidate");
  const candidateLogprob = new Map<number, number>();
  for (let j = 0; j < candidate.topIds.length; j += 1) {
    candidateLogprob.set(candidate.topIds[j]!, candidate.topLogprobs[j]!);
  }
  let sum = 0;
  let refRest = 1;
  let candRest = 1;
  for (let i = 0; i < reference.topIds.length; i += 1) {
    const logQ = candidateLogprob.get(reference.topIds[i]!);
    if (logQ === undefined) continue;
    const logP = reference.topLogprobs[i]!;
    const p = Math.exp(logP);
    refRest -= p;
    candRest -= Math.exp(logQ);
    if (p > 0) sum += p * (logP - logQ);
  }
  if (refRest > 0) sum += refRest * (Math.log(refRest) - Math.log(Math.max(candRest, LEAST_REST)));
  return Math.max(0, sum);
}

function check({ topIds, topLogprobs }: StoredTop, side: string): void {
  assertSameLength(topIds, topLogprobs, `Ids and log-probabilities of the ${side}`);
  assertNoNaN(topLogprobs, `Log-probabilities of the ${side}`);
  for (const logprob of topLogprobs) {
    if (logprob > LEAST_REST) throw new RangeError(`The ${side} has a log-probability above 0, ${logprob}.`);
  }
}
