import { bootstrapMean, type BootstrapOptions } from "../stats/bootstrap.ts";
import type { Clusters } from "../stats/clusters.ts";
import type { Interval } from "../stats/interval.ts";
import { assertNoNaN, assertSameLength } from "../stats/assert-input.ts";
import { describeMetric } from "./descriptor.ts";

export const deltaPMetric = describeMetric({
  id: "deltaP",
  label: "Change of the right token's probability",
  unit: "points",
  direction: "higher",
  aggregation:
    "mean of candidate minus reference over scored tokens, RMS beside it; studentized cluster bootstrap over chunks of text",
});

interface DeltaP {
  /** Mean of q(token) - p(token), in percentage points: below 0 the candidate knows the text less well. */
  readonly meanPoints: number;
  /** Root of the mean square, in points: how far single tokens move, either way. */
  readonly rmsPoints: number;
  /** 95 % of the mean, in points; null with fewer than 10 chunks, or chunks that do not differ. */
  readonly interval: Interval | null;
  /** Tokens. */
  readonly n: number;
  readonly chunks: number;
}

/**
 * Change of the probability that each scored token of a text gets, from negative log-likelihoods (nats) per chunk of the
 * same text; unlike a change of perplexity, no single token can dominate it. A probability of 0 (Infinity nats) is one.
 * @returns null without tokens. RangeError for NaN, and for chunks or tokens that do not pair up.
 */
export function deltaP(reference: Clusters, candidate: Clusters, options: BootstrapOptions): DeltaP | null {
  assertSameLength(reference, candidate, "Chunks");
  let [squares, n] = [0, 0];
  const points = reference.map((nlls, chunk) => {
    const others = candidate[chunk]!;
    assertSameLength(nlls, others, `Tokens of chunk ${chunk}`);
    assertNoNaN(nlls, `Reference chunk ${chunk}`);
    assertNoNaN(others, `Candidate chunk ${chunk}`);
    return Float64Array.from(nlls, (nll, token) => {
      const change = 100 * (Math.exp(-others[token]!) - Math.exp(-nll));
      squares += change * change;
      n += 1;
      return change;
    });
  });
  const mean = bootstrapMean(points, options);
  if (mean === null) return null;
  const { estimate, interval, clusters } = mean;
  return { meanPoints: estimate, rmsPoints: Math.sqrt(squares / n), interval, n, chunks: clusters };
}
