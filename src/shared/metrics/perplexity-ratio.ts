import { bootstrapMean, type BootstrapOptions } from "../stats/bootstrap.ts";
import type { Clusters } from "../stats/clusters.ts";
import type { Interval } from "../stats/interval.ts";
import type { Numbers } from "../stats/numbers.ts";
import { assertNoNaN, assertSameLength } from "../stats/assert-input.ts";
import { describeMetric } from "./descriptor.ts";

export const perplexityRatioMetric = describeMetric({
  id: "perplexityRatio",
  label: "Perplexity ratio to the reference",
  unit: "ratio",
  direction: "lower",
  aggregation:
    "e to the mean paired difference of negative log-likelihood; studentized cluster bootstrap over chunks of text",
});

interface PerplexityRatio {
  /** Candidate over reference. */
  readonly ratio: number;
  /** Mean of NLL(candidate) - NLL(reference), nats per token. */
  readonly deltaNll: number;
  /** 95 % of the ratio; null with fewer than 10 chunks, an infinite likelihood, or chunks that do not differ. */
  readonly interval: Interval | null;
  readonly chunks: number;
}

/**
 * Paired ratio of perplexities from negative log-likelihoods (nats) per chunk of the same text: chunks are resampled,
 * as tokens of one text hang together.
 * @returns null without tokens, and when a token has probability 0 in both (no ratio). A token with probability 0 in one
 * side makes the ratio Infinity or 0. RangeError for NaN and for chunks or tokens that do not pair up.
 */
export function perplexityRatio(
  reference: Clusters,
  candidate: Clusters,
  options: BootstrapOptions,
): PerplexityRatio | null {
  assertSameLength(reference, candidate, "Chunks");
  reference.forEach((nlls, chunk) => {
    assertSameLength(nlls, candidate[chunk]!, `Tokens of chunk ${chunk}`);
    assertNoNaN(nlls, `Reference chunk ${chunk}`);
    assertNoNaN(candidate[chunk]!, `Candidate chunk ${chunk}`);
  });
  const infinite = { before: reference.some(hasInfinity), after: candidate.some(hasInfinity) };
  if (infinite.before && infinite.after) return null;
  if (infinite.before || infinite.after) {
    const deltaNll = infinite.after ? Infinity : -Infinity;
    return { ratio: Math.exp(deltaNll), deltaNll, interval: null, chunks: reference.length };
  }
  const differences = reference.map((nlls, chunk) =>
    Float64Array.from(nlls, (nll, token) => candidate[chunk]![token]! - nll),
  );
  const difference = bootstrapMean(differences, options);
  if (difference === null) return null;
  const { estimate, interval, clusters } = difference;
  return {
    ratio: Math.exp(estimate),
    deltaNll: estimate,
    interval: interval === null ? null : { low: Math.exp(interval.low), high: Math.exp(interval.high) },
    chunks: clusters,
  };
}

function hasInfinity(nlls: Numbers): boolean {
  for (const nll of nlls) if (nll === Infinity) return true;
  return false;
}
