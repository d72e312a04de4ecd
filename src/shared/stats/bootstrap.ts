import { createRandom } from "../random.ts";
import { LEAST_CLUSTERS } from "./bounded-mean.ts";
import type { Clusters } from "./clusters.ts";
import type { Interval } from "./interval.ts";
import { multinomialDraws } from "./multinomial.ts";
import { quantileOfSorted } from "./quantile.ts";
import { assertFinite, assertInteger } from "./assert-input.ts";

const BOOTSTRAP_RESAMPLES = 10_000;
/** With fewer, the quantiles of so few are too near the middle; and of a heavy tail nothing can be said. */
const FEW_CLUSTERS = 50;
/** A group costs about as much as drawing so many clusters one by one. */
const DRAWS_A_GROUP = 32;

export interface BootstrapOptions {
  /** Stored with the result: the same seed gives the same ends. */
  readonly seed: number;
  /** Default 10,000. */
  readonly resamples?: number;
}

interface MeanOptions extends BootstrapOptions {
  /**
   * `heavy`: values from 0 on of which a few make up most of the mean, as divergences are. A sample mostly lacks the largest
   * ones: the upper end takes 0.5 % in place of 2.5 %, and fewer than 50 clusters give no interval.
   */
  readonly tail?: "heavy";
}

interface BootstrapMean {
  /** Mean of all values, in their unit. */
  readonly estimate: number;
  /** 95 %; null with fewer than 10 clusters (50 of a heavy tail), and where they do not differ enough to tell how they scatter. */
  readonly interval: Interval | null;
  /** Clusters that had values. */
  readonly clusters: number;
  readonly seed: number;
  readonly resamples: number;
}

/** Per cluster: what its sum is off from what the mean says, and how many values it has. */
interface Residuals {
  readonly off: Float64Array;
  readonly counts: Float64Array;
}

/**
 * Mean over clusters with a studentized cluster bootstrap (bootstrap-t, Efron 1979; Hall 1988): whole clusters are drawn with
 * replacement, each resample's mean is taken by its own standard error, and the quantiles of that give the ends. It follows the
 * skewness of the values, which a percentile interval does not. The order of the clusters changes nothing, and values of the
 * other sign give the interval turned round.
 * @param clusters values per cluster in any one unit; empty clusters are left out
 * @returns null when there is no value. RangeError for values that are not finite and for fewer than one resample.
 */
export function bootstrapMean(clusters: Clusters, options: MeanOptions): BootstrapMean | null {
  const { seed, resamples = BOOTSTRAP_RESAMPLES, tail } = options;
  assertInteger(resamples, "resamples", 1);
  const filled = clusters.filter((values) => values.length > 0);
  if (filled.length === 0) return null;
  const { estimate, turned, residuals } = inOneOrder(filled);
  const result = { estimate: turned ? -estimate : estimate, clusters: filled.length, seed, resamples };
  const error = standardError(residuals);
  const least = tail === "heavy" ? FEW_CLUSTERS : LEAST_CLUSTERS;
  if (filled.length < least || !(error > 0)) return { ...result, interval: null };
  const ratios = studentized(residuals, createRandom(seed), resamples).sort();
  const [below, above] = tailsOf(filled.length, tail);
  const low = estimate - error * quantileOfSorted(ratios, 1 - below)!;
  const high = estimate - error * quantileOfSorted(ratios, above)!;
  // One cluster that differs makes resamples without any scatter.
  if (!Number.isFinite(high - low)) return { ...result, interval: null };
  if (turned) return { ...result, interval: { low: -high, high: -low } };
  return { ...result, interval: { low: tail === "heavy" ? Math.max(0, low) : low, high } };
}

/** What is left out at the lower and the upper end, chosen so that at least 93 % are covered (docs/measurement.md). */
function tailsOf(clusters: number, tail: MeanOptions["tail"]): [below: number, above: number] {
  if (tail === "heavy") return [0.025, 0.005];
  return clusters < FEW_CLUSTERS ? [0.02, 0.02] : [0.025, 0.025];
}

/**
 * The clusters in an order that follows from their values alone, so that the order in which questions came changes neither the
 * draws nor the rounding. A mean below 0 is turned round first.
 */
function inOneOrder(clusters: Clusters): { estimate: number; turned: boolean; residuals: Residuals } {
  const all = clusters.map((values, cluster) => {
    assertFinite(values, `cluster ${cluster}`);
    // Their order inside the cluster must not matter either.
    return {
      sum: Float64Array.from(values)
        .sort()
        .reduce((a, b) => a + b, 0),
      count: values.length,
    };
  });
  const count = all.reduce((total, each) => total + each.count, 0);
  const total = Float64Array.from(all, ({ sum }) => sum)
    .sort()
    .reduce((a, b) => a + b, 0);
  const turned = total < 0;
  const sign = turned ? -1 : 1;
  const sorted = all
    .map((each) => ({ sum: sign * each.sum, count: each.count }))
    .sort((a, b) => a.sum - b.sum || a.count - b.count);
  const estimate = sorted.reduce((sum, each) => sum + each.sum, 0) / count;
  return {
    estimate,
    turned,
    residuals: {
      off: Float64Array.from(sorted, (each) => withoutRounding(each.sum - estimate * each.count, each.sum)),
      counts: Float64Array.from(sorted, (each) => each.count),
    },
  };
}

/** Constant values leave residuals of rounding, which are no scatter. */
function withoutRounding(off: number, sum: number): number {
  return Math.abs(off) < 1e-12 * Math.abs(sum) ? 0 : off;
}

/** Of a ratio of sums, linearized; clusters differ in how many values they have. */
function standardError({ off, counts }: Residuals): number {
  let [squares, total] = [0, 0];
  for (let cluster = 0; cluster < off.length; cluster += 1) {
    squares += off[cluster]! * off[cluster]!;
    total += counts[cluster]!;
  }
  return Math.sqrt((off.length / (off.length - 1)) * squares) / total;
}

/**
 * (mean of the resample - mean) / its standard error. Clusters with the same values are drawn together, by how many of them
 * come: the few values that an overlap of 20 tokens can have cost a few numbers a resample instead of one for each question.
 */
function studentized(residuals: Residuals, random: ReturnType<typeof createRandom>, resamples: number): Float64Array {
  const clusters = residuals.off.length;
  const groups = groupsOf(residuals);
  const grouped = groups.length * DRAWS_A_GROUP <= clusters;
  const off = grouped ? Float64Array.from(groups, (group) => residuals.off[group]!) : residuals.off;
  const counts = grouped ? Float64Array.from(groups, (group) => residuals.counts[group]!) : residuals.counts;
  const sizes = groups.map((first, group) => (groups[group + 1] ?? clusters) - first);
  const drawGroups = grouped ? multinomialDraws(sizes, random) : null;
  const weights = new Uint32Array(groups.length);
  const drawn = new Uint32Array(clusters);
  // Scaled to an index without a division; the bias is below clusters / 2^32.
  const scale = clusters / 2 ** 32;
  const correction = clusters / (clusters - 1);
  const ratios = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample += 1) {
    // Sums over the drawn clusters of off, off^2, off x count, count and count^2.
    let [sum, squares, crossed, total, squaredCounts] = [0, 0, 0, 0, 0];
    if (drawGroups) {
      drawGroups(weights);
      for (let group = 0; group < weights.length; group += 1) {
        const [weight, value, count] = [weights[group]!, off[group]!, counts[group]!];
        sum += weight * value;
        squares += weight * value * value;
        crossed += weight * value * count;
        total += weight * count;
        squaredCounts += weight * count * count;
      }
    } else {
      random.fill(drawn);
      for (let place = 0; place < clusters; place += 1) {
        const cluster = (drawn[place]! * scale) >>> 0;
        const value = off[cluster]!;
        const count = counts[cluster]!;
        sum += value;
        squares += value * value;
        crossed += value * count;
        total += count;
        squaredCounts += count * count;
      }
    }
    const mean = sum / total;
    const scatter = squares - 2 * mean * crossed + mean * mean * squaredCounts;
    // What rounding leaves of equal clusters is no scatter.
    const error = scatter > 1e-12 * squares ? Math.sqrt(correction * scatter) / total : 0;
    ratios[resample] = error > 0 ? mean / error : mean === 0 ? 0 : Math.sign(mean) * Infinity;
  }
  return ratios;
}

/** First cluster of each run of equal ones: in their one order, equal clusters stand side by side. */
function groupsOf({ off, counts }: Residuals): number[] {
  const first = [0];
  for (let cluster = 1; cluster < off.length; cluster += 1) {
    if (off[cluster] !== off[cluster - 1] || counts[cluster] !== counts[cluster - 1]) first.push(cluster);
  }
  return first;
}
