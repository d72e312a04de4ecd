import type { Clusters } from "./clusters.ts";
import type { Interval } from "./interval.ts";
import { assertFinite } from "./assert-input.ts";
import { student95 } from "./student-95.ts";
import { scoreInterval, wilson } from "./wilson.ts";

/** With fewer clusters how they scatter is not known well enough for an interval. */
export const LEAST_CLUSTERS = 10;

interface BoundedMean {
  /** Mean of all values. */
  readonly estimate: number;
  /** 95 %; null with fewer than 10 clusters. */
  readonly interval: Interval | null;
  /** Clusters that had values. */
  readonly clusters: number;
}

/**
 * Mean of values from 0 to 1 (an overlap, or right and wrong) whose clusters hang together, with a score interval: Wilson's for
 * as many trials as the values are worth, m (1 - m) by the variance between clusters (the effective sample size of survey
 * statistics; Korn and Graubard 1998). One value a cluster, 0 or 1: Wilson's interval itself. All values alike are worth one trial
 * a cluster, so that ten times 1 is 0.72 to 1. The order of clusters and values changes nothing but rounding.
 * @param clusters empty ones are left out
 * @returns null without values. RangeError for values outside 0 to 1.
 */
export function boundedMean(clusters: Clusters): BoundedMean | null {
  const filled = clusters.filter((values) => values.length > 0);
  if (filled.length === 0) return null;
  let [sum, count, plain] = [0, 0, 0];
  const sums = filled.map((values, cluster) => {
    assertFinite(values, `cluster ${cluster}`);
    let own = 0;
    for (const value of values) {
      if (!(value >= 0 && value <= 1)) throw new RangeError(`cluster ${cluster} holds ${value}, which is not 0 to 1.`);
      own += value;
      if (values.length === 1 && (value === 0 || value === 1)) plain += 1;
    }
    sum += own;
    count += values.length;
    return own;
  });
  const estimate = sum / count;
  const enough = filled.length >= LEAST_CLUSTERS;
  if (!enough) return { estimate, interval: null, clusters: filled.length };
  if (plain === filled.length) return { estimate, interval: wilson(sum, count), clusters: filled.length };
  let squares = 0;
  sums.forEach((own, cluster) => (squares += (own - estimate * filled[cluster]!.length) ** 2));
  const variance = ((filled.length / (filled.length - 1)) * squares) / (count * count);
  // Rounding may leave a mean just off 1, and a variance just off 0.
  const alike = variance < 1e-18;
  const trials = alike ? filled.length : Math.max(1, (estimate * (1 - estimate)) / variance);
  const interval = scoreInterval(Math.min(1, estimate), trials, student95(filled.length - 1));
  return { estimate, interval, clusters: filled.length };
}
