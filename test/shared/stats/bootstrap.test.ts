import { describe, expect, it } from "vitest";
import { createRandom } from "#shared/random.ts";
import { bootstrapMean } from "#shared/stats/bootstrap.ts";
import { shuffled } from "./shuffled.ts";

const options = { seed: 1, resamples: 2000 };

function randomClusters(seed: number, clusters: number): number[][] {
  const random = createRandom(seed);
  return Array.from({ length: clusters }, () => Array.from({ length: 1 + random.nextInt(4) }, random.nextFloat));
}

describe("bootstrapMean", () => {
  it("estimates the mean of all values, not of cluster means", () => {
    expect(bootstrapMean([[1, 2, 3], [10]], options)?.estimate).toBe(4);
  });

  it("has no interval for constant data, whatever the cluster sizes: nothing tells how they scatter", () => {
    const constant = randomClusters(2, 40).map((values) => values.map(() => 0.1));
    const result = bootstrapMean(constant, options);
    expect(result).toMatchObject({ interval: null, clusters: 40 });
    expect(result?.estimate).toBeCloseTo(0.1, 14);
  });

  it("has none where one cluster alone differs", () => {
    const one = Array.from({ length: 40 }, (_, i) => [Number(i === 7)]);
    expect(bootstrapMean(one, options)?.interval).toBeNull();
  });

  it("agrees with SciPy's definition: the mean less the ratios' quantiles times the standard error", () => {
    // By hand: values 1 to 20, mean 10.5, standard error 5.916 / sqrt(20) = 1.3229; t with 19 degrees of freedom is 2.093.
    const { low, high } = bootstrapMean(
      Array.from({ length: 60 }, (_, i) => [1 + (i % 20)]),
      { seed: 3 },
    )!.interval!;
    expect((high - low) / 2).toBeCloseTo(2.0 * (5.7663 / Math.sqrt(59)), 1);
  });

  it("reaches further to the side of the long tail", () => {
    const skewed = Array.from({ length: 60 }, (_, i) => [Math.exp(i / 12)]);
    const { estimate, interval } = bootstrapMean(skewed, options)!;
    expect(interval!.high - estimate).toBeGreaterThan(1.2 * (estimate - interval!.low));
  });

  it("turns round with the sign of the values", () => {
    const clusters = randomClusters(12, 60).map((values) => values.map((value) => value ** 4 - 0.1));
    const turned = clusters.map((values) => values.map((value) => -value));
    const [one, other] = [bootstrapMean(clusters, options)!.interval!, bootstrapMean(turned, options)!.interval!];
    expect([other.low, other.high]).toEqual([-one.high, -one.low]);
  });

  it("of a heavy tail never goes below 0, reaches further up, and is silent with fewer than 50 clusters", () => {
    const nats = Array.from({ length: 60 }, (_, i) => [i < 50 ? 0 : Math.exp(i - 55)]);
    const [plain, heavy] = [bootstrapMean(nats, options)!, bootstrapMean(nats, { ...options, tail: "heavy" })!];
    expect(heavy.interval!.low).toBeGreaterThanOrEqual(0);
    expect(heavy.interval!.high).toBeGreaterThan(plain.interval!.high);
    expect(bootstrapMean(nats.slice(11), { ...options, tail: "heavy" })!.interval).toBeNull();
  });

  it("gives the same ends for the same seed, others for another", () => {
    const clusters = randomClusters(3, 50);
    expect(bootstrapMean(clusters, options)).toEqual(bootstrapMean(clusters, options));
    expect(bootstrapMean(clusters, { ...options, seed: 2 })?.interval).not.toEqual(
      bootstrapMean(clusters, options)?.interval,
    );
  });

  it("agrees with the normal interval for many independent values", () => {
    const random = createRandom(4);
    const values = Array.from({ length: 400 }, random.nextFloat);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const sd = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
    const { low, high } = bootstrapMean(
      values.map((value) => [value]),
      { seed: 5 },
    )!.interval!;
    expect((high - low) / (2 * 1.96 * (sd / 20))).toBeCloseTo(1, 1);
    expect((low + high) / 2).toBeCloseTo(mean, 2);
  });

  it("has the same interval when equal clusters are drawn by their number as when one by one", () => {
    const random = createRandom(13);
    const rights = Array.from({ length: 600 }, () => [Number(random.nextFloat() < 0.8)]);
    // Different in the twelfth digit: no two clusters are equal any more, so that each is drawn.
    const distinct = rights.map(([value], i) => [value! + i * 1e-12]);
    const grouped = bootstrapMean(rights, { seed: 14 })!.interval!;
    const single = bootstrapMean(distinct, { seed: 14 })!.interval!;
    // A standard error of an end of 10,000 resamples is about 0.02 of the interval's width here.
    const width = single.high - single.low;
    expect(Math.abs(grouped.low - single.low) / width).toBeLessThan(0.1);
    expect(Math.abs(grouped.high - single.high) / width).toBeLessThan(0.1);
    expect(grouped).not.toEqual(single);
  });

  it("is wider for clusters whose values move together", () => {
    const random = createRandom(6);
    const levels = Array.from({ length: 30 }, random.nextFloat);
    const clustered = bootstrapMean(
      levels.map((level) => new Array<number>(8).fill(level)),
      options,
    )!.interval!;
    const independent = bootstrapMean(
      levels.flatMap((level) => new Array<number[]>(8).fill([level])),
      options,
    )!.interval!;
    expect(clustered.high - clustered.low).toBeGreaterThan(2 * (independent.high - independent.low));
  });

  it("gives the very same numbers for the clusters in another order", () => {
    const clusters = randomClusters(10, 60);
    for (let seed = 0; seed < 5; seed += 1) {
      expect(bootstrapMean(shuffled(clusters, seed), options)).toEqual(bootstrapMean(clusters, options));
    }
  });

  it("records seed and resamples, 10,000 by default", () => {
    expect(bootstrapMean([[1]], { seed: 9 })).toMatchObject({ seed: 9, resamples: 10_000 });
  });

  it("has no interval with fewer than ten clusters that hold values", () => {
    const nine = [...randomClusters(7, 9), [], []];
    expect(bootstrapMean(nine, options)).toMatchObject({ interval: null, clusters: 9 });
    expect(bootstrapMean(randomClusters(7, 10), options)?.interval).not.toBeNull();
  });

  it("is null without values", () => {
    expect(bootstrapMean([], options)).toBeNull();
    expect(bootstrapMean([[], []], options)).toBeNull();
  });

  it("refuses NaN, infinity and no resamples", () => {
    expect(() => bootstrapMean([[1], [Number.NaN]], options)).toThrow("cluster 1: value 0 is NaN");
    expect(() => bootstrapMean([[Infinity]], options)).toThrow(RangeError);
    expect(() => bootstrapMean([[1]], { seed: 1, resamples: 0 })).toThrow(RangeError);
  });
});
