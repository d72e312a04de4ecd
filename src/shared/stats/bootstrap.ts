import { createRandom } from "../random.ts";
import type { Interval } from "./interval.ts";
import { multinomialDraws } from "./multinomial.ts";
import type { Numbers } from "./numbers.ts";
import { quantileOfSorted } from "./quantile.ts";
import { requireFinite, requireInteger, requireSameLength } from "./require.ts";

const BOOTSTRAP_RESAMPLES = 10_000;
/** With fewer clusters a bootstrap interval is too narrow to be shown. */
const BOOTSTRAP_LEAST_CLUSTERS = 10;
/** A group costs about as much as drawing so many clusters one by one. */
const DRAWS_A_GROUP = 32;

export interface BootstrapOptions {
  /** Stored with the result: the same seed gives the same ends. */
  readonly seed: number;
  /** Default 10,000. */
  readonly resamples?: number;
}

interface BootstrapMean {
  /** Mean of all values (for a difference: candidate minus reference), in their unit. */
  readonly estimate: number;
  /** Percentile 95 %; null with fewer than 10 clusters. */
  readonly interval: Interval | null;
  /** Clusters that had values. */
  readonly clusters: number;
  readonly seed: number;
  readonly resamples: number;
}

/** The values of each cluster (a question, a chunk of text): values of one cluster move together. */
export type Clusters = readonly Numbers[];

interface Totals {
  /** Values are summed as differences from this one, so constant data has no rounding and an interval of width 0. */
  readonly offset: number;
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

function totalsOf(clusters: Clusters): Totals {
  let offset = Infinity;
  for (const values of clusters) for (const value of values) offset = Math.min(offset, value);
  const sums = new Float64Array(clusters.length);
  const counts = new Float64Array(clusters.length);
  clusters.forEach((values, cluster) => {
    requireFinite(values, `cluster ${cluster}`);
    let sum = 0;
    for (const value of values) sum += value - offset;
    sums[cluster] = sum;
    counts[cluster] = values.length;
  });
  return { offset, sums, counts };
}

/**
 * The clusters of all variants in one order that follows from their values alone, so that the order in which questions came
 * changes neither the draws nor the rounding. The variant of the smaller mean leads, whichever side it is on: swapping the
 * sides then turns an interval round exactly.
 */
function inOneOrder(variants: readonly Totals[]): Totals[] {
  const meanInOrder = (totals: Totals): number => meanOf({ ...totals, sums: totals.sums.toSorted() });
  const leading = variants.toSorted((a, b) => meanInOrder(a) - meanInOrder(b));
  const order = [...variants[0]!.sums.keys()].sort((a, b) => {
    for (const { sums, counts } of leading) {
      const difference = sums[a]! - sums[b]! || counts[a]! - counts[b]!;
      if (difference !== 0) return difference;
    }
    return 0;
  });
  return variants.map(({ offset, sums, counts }) => ({
    offset,
    sums: Float64Array.from(order, (cluster) => sums[cluster]!),
    counts: Float64Array.from(order, (cluster) => counts[cluster]!),
  }));
}

function meanOf({ offset, sums, counts }: Totals): number {
  return offset + sums.reduce((a, b) => a + b, 0) / counts.reduce((a, b) => a + b, 0);
}

/**
 * The mean of each resample for each variant: the same clusters are drawn for all of them, which is what pairs them.
 * Clusters with the same values are drawn together, by how many of them come: right and wrong answers, and the few
 * values that an overlap of 20 tokens can have, cost a few numbers a resample instead of one for each question.
 */
function resampledMeans(
  variants: readonly Totals[],
  clusters: number,
  seed: number,
  resamples: number,
): Float64Array[] {
  const groups = groupsOf(variants, clusters);
  const random = createRandom(seed);
  const means = variants.map(() => new Float64Array(resamples));
  if (groups.length * DRAWS_A_GROUP <= clusters) {
    const sizes = groups.map((first, group) => (groups[group + 1] ?? clusters) - first);
    const drawGroups = multinomialDraws(sizes, random);
    const counts = new Uint32Array(groups.length);
    const perGroup = variants.map((totals) => pick(totals, groups));
    for (let resample = 0; resample < resamples; resample += 1) {
      drawGroups(counts);
      perGroup.forEach((totals, variant) => (means[variant]![resample] = weightedMean(totals, counts)));
    }
    return means;
  }
  const drawn = new Uint32Array(clusters);
  // Scaled to an index without a division; the bias is below clusters / 2^32.
  const scale = clusters / 2 ** 32;
  for (let resample = 0; resample < resamples; resample += 1) {
    random.fill(drawn);
    for (let i = 0; i < clusters; i += 1) drawn[i] = drawn[i]! * scale;
    variants.forEach((totals, variant) => (means[variant]![resample] = drawnMean(totals, drawn)));
  }
  return means;
}

/** First cluster of each run of equal ones: in their one order, equal clusters stand side by side. */
function groupsOf(variants: readonly Totals[], clusters: number): number[] {
  const first = [0];
  for (let cluster = 1; cluster < clusters; cluster += 1) {
    const same = variants.every(
      ({ sums, counts }) => sums[cluster] === sums[cluster - 1] && counts[cluster] === counts[cluster - 1],
    );
    if (!same) first.push(cluster);
  }
  return first;
}

function pick({ offset, sums, counts }: Totals, clusters: readonly number[]): Totals {
  return {
    offset,
    sums: Float64Array.from(clusters, (cluster) => sums[cluster]!),
    counts: Float64Array.from(clusters, (cluster) => counts[cluster]!),
  };
}

function weightedMean({ offset, sums, counts }: Totals, weights: Uint32Array): number {
  let sum = 0;
  let count = 0;
  for (let group = 0; group < weights.length; group += 1) {
    sum += weights[group]! * sums[group]!;
    count += weights[group]! * counts[group]!;
  }
  return offset + sum / count;
}

function drawnMean({ offset, sums, counts }: Totals, drawn: Uint32Array): number {
  let sum = 0;
  let count = 0;
  for (const cluster of drawn) {
    sum += sums[cluster]!;
    count += counts[cluster]!;
  }
  return offset + sum / count;
}

function percentileInterval(means: Float64Array): Interval {
  means.sort();
  return { low: quantileOfSorted(means, 0.025)!, high: quantileOfSorted(means, 0.975)! };
}

/**
 * Cluster bootstrap of the mean: whole clusters are drawn with replacement, the percentile interval is taken
 * (Efron 1979; clusters as in Miller 2024, "Adding error bars to evals"). The order of the clusters changes nothing.
 * @param clusters values per cluster in any one unit; empty clusters are left out
 * @returns null when there is no value. RangeError for values that are not finite and for fewer than one resample.
 */
export function bootstrapMean(clusters: Clusters, options: BootstrapOptions): BootstrapMean | null {
  const { seed, resamples = BOOTSTRAP_RESAMPLES } = options;
  requireInteger(resamples, "resamples", 1);
  const filled = clusters.filter((values) => values.length > 0);
  if (filled.length === 0) return null;
  const [totals] = inOneOrder([totalsOf(filled)]) as [Totals];
  const enough = filled.length >= BOOTSTRAP_LEAST_CLUSTERS;
  const interval = enough ? percentileInterval(resampledMeans([totals], filled.length, seed, resamples)[0]!) : null;
  return { estimate: meanOf(totals), interval, clusters: filled.length, seed, resamples };
}

/**
 * Cluster bootstrap of mean(candidate) - mean(reference), the same clusters drawn for both: what the texts have in
 * common cancels, and identical variants give exactly [0, 0]. Cluster i of one is cluster i of the other; a cluster that
 * is empty in either is left out. Null when none remains; RangeError as for `bootstrapMean`, and for unequal lengths.
 */
export function bootstrapMeanDifference(
  reference: Clusters,
  candidate: Clusters,
  options: BootstrapOptions,
): BootstrapMean | null {
  const { seed, resamples = BOOTSTRAP_RESAMPLES } = options;
  requireInteger(resamples, "resamples", 1);
  requireSameLength(reference, candidate, "Clusters");
  const shared = reference.flatMap((values, i) => (values.length > 0 && candidate[i]!.length > 0 ? [i] : []));
  if (shared.length === 0) return null;
  const [before, after] = inOneOrder([
    totalsOf(shared.map((i) => reference[i]!)),
    totalsOf(shared.map((i) => candidate[i]!)),
  ]) as [Totals, Totals];
  const base = { estimate: meanOf(after) - meanOf(before), clusters: shared.length, seed, resamples };
  if (shared.length < BOOTSTRAP_LEAST_CLUSTERS) return { ...base, interval: null };
  const [minuends, subtrahends] = resampledMeans([after, before], shared.length, seed, resamples);
  const differences = minuends!.map((mean, resample) => mean - subtrahends![resample]!);
  return { ...base, interval: percentileInterval(differences) };
}
