import { describe, expect, it } from "vitest";
import { createRandom } from "#shared/random.ts";
import { bootstrapMean, bootstrapMeanDifference } from "#shared/stats/bootstrap.ts";
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

  it("has zero width for constant data, whatever the cluster sizes", () => {
    const constant = randomClusters(2, 40).map((values) => values.map(() => 0.1));
    const result = bootstrapMean(constant, options);
    expect(result).toMatchObject({ estimate: 0.1, interval: { low: 0.1, high: 0.1 }, clusters: 40 });
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

describe("bootstrapMeanDifference", () => {
  it("gives exactly [0, 0] for identical variants", () => {
    const clusters = randomClusters(8, 40);
    const result = bootstrapMeanDifference(clusters, structuredClone(clusters), options);
    expect(result).toMatchObject({ estimate: 0, interval: { low: 0, high: 0 } });
  });

  it("is candidate minus reference", () => {
    const result = bootstrapMeanDifference([[1, 1], [2]], [[2, 2], [3]], options);
    expect(result?.estimate).toBeCloseTo(1, 12);
  });

  it("is far narrower than either mean when the variants move together", () => {
    const before = randomClusters(9, 60);
    const after = before.map((values) => values.map((value) => value + 0.01));
    const { low, high } = bootstrapMeanDifference(before, after, options)!.interval!;
    expect(high - low).toBeLessThan(1e-12);
    expect(low).toBeCloseTo(0.01, 10);
  });

  it("gives the very same numbers for the clusters in another order, the sides kept together", () => {
    const before = randomClusters(11, 40);
    const after = before.map((values, i) => values.map((value) => value + ((i * 7) % 5) / 10));
    const pairs = before.map((values, i) => [values, after[i]!] as const);
    for (let seed = 0; seed < 5; seed += 1) {
      const mixed = shuffled(pairs, seed);
      const result = bootstrapMeanDifference(
        mixed.map(([values]) => values),
        mixed.map(([, values]) => values),
        options,
      );
      expect(result).toEqual(bootstrapMeanDifference(before, after, options));
    }
  });

  it("turns round when the sides are swapped", () => {
    const before = randomClusters(12, 40);
    const after = before.map((values, i) => values.map((value) => value * (1 + (i % 3))));
    const one = bootstrapMeanDifference(before, after, options)!.interval!;
    const other = bootstrapMeanDifference(after, before, options)!.interval!;
    expect(other.low).toBeCloseTo(-one.high, 12);
    expect(other.high).toBeCloseTo(-one.low, 12);
  });

  it("pairs clusters that are drawn by their number too", () => {
    const before = Array.from({ length: 400 }, (_, i) => [Number(i % 4 > 0)]);
    const after = before.map(([value], i) => [i < 10 ? 1 - value! : value!]);
    const paired = bootstrapMeanDifference(before, after, options)!.interval!;
    const [mean, swapped] = [
      bootstrapMean(before, options)!.interval!,
      bootstrapMeanDifference(after, before, options)!,
    ];
    expect(paired.high - paired.low).toBeLessThan(0.7 * (mean.high - mean.low));
    expect(swapped.interval!.low).toBeCloseTo(-paired.high, 12);
  });

  it("leaves out a cluster that is empty in either", () => {
    const result = bootstrapMeanDifference([[1], [5], []], [[2], [], [7]], options);
    expect(result).toMatchObject({ estimate: 1, clusters: 1, interval: null });
  });

  it("is null when no cluster is shared", () => {
    expect(bootstrapMeanDifference([[1], []], [[], [1]], options)).toBeNull();
    expect(bootstrapMeanDifference([], [], options)).toBeNull();
  });

  it("refuses clusters that do not pair up", () => {
    expect(() => bootstrapMeanDifference([[1]], [[1], [2]], options)).toThrow("got 1 and 2");
  });

  it("refuses NaN on either side", () => {
    expect(() => bootstrapMeanDifference([[1]], [[Number.NaN]], options)).toThrow(RangeError);
    expect(() => bootstrapMeanDifference([[Number.NaN]], [[1]], options)).toThrow(RangeError);
  });
});
