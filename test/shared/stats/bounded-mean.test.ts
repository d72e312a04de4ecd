import { describe, expect, it } from "vitest";
import { boundedMean } from "#shared/stats/bounded-mean.ts";
import { wilson } from "#shared/stats/wilson.ts";
import { shuffled } from "./shuffled.ts";

const each = (values: readonly number[]): number[][] => values.map((value) => [value]);

describe("boundedMean", () => {
  it("is Wilson's interval for right and wrong, one a cluster", () => {
    const rights = Array.from({ length: 80 }, (_, i) => Number(i % 9 > 0));
    expect(boundedMean(each(rights))).toEqual({ estimate: 71 / 80, interval: wilson(71, 80), clusters: 80 });
  });

  it("never says 1 to 1: ten agreements are 0.72 to 1, and so are ten equal overlaps", () => {
    for (const same of [each(Array<number>(10).fill(1)), Array.from({ length: 10 }, () => [1, 1, 1])]) {
      const { estimate, interval } = boundedMean(same)!;
      expect(estimate).toBe(1);
      expect(interval!.high).toBe(1);
      expect(interval!.low).toBeGreaterThan(0.6);
      expect(interval!.low).toBeLessThan(0.73);
    }
    expect(boundedMean(each(Array<number>(10).fill(1)))!.interval!.low).toBeCloseTo(0.7225, 4);
  });

  it("is as wide as the standard error says for many values in between", () => {
    // 0.4 and 0.8 in turns: mean 0.6, standard deviation 0.2 (0.20025 with n - 1), t of 399 degrees of freedom 1.966.
    const { low, high } = boundedMean(each(Array.from({ length: 400 }, (_, i) => 0.4 + 0.4 * (i % 2))))!.interval!;
    expect((high - low) / 2).toBeCloseTo((1.966 * 0.20025) / 20, 4);
  });

  it("is wider for clusters whose values move together", () => {
    const levels = Array.from({ length: 30 }, (_, i) => Number(i % 3 > 0));
    const together = boundedMean(levels.map((level) => Array<number>(8).fill(level)))!.interval!;
    const apart = boundedMean(levels.flatMap((level) => Array.from({ length: 8 }, () => [level])))!.interval!;
    expect(together.high - together.low).toBeGreaterThan(2 * (apart.high - apart.low));
  });

  it("stays inside 0 to 1, and its losses mirror its gains", () => {
    const overlaps = Array.from({ length: 50 }, (_, i) => (i % 7 === 0 ? 0.6 : 1));
    const one = boundedMean(each(overlaps))!.interval!;
    const other = boundedMean(each(overlaps.map((value) => 1 - value)))!.interval!;
    expect(one.high).toBeLessThan(1);
    expect(other.low).toBeCloseTo(1 - one.high, 10);
    expect(other.high).toBeCloseTo(1 - one.low, 10);
  });

  it("gives the same for the clusters in another order", () => {
    const overlaps = each(Array.from({ length: 60 }, (_, i) => ((i * 7) % 11) / 10));
    const { low, high } = boundedMean(overlaps)!.interval!;
    const mixed = boundedMean(shuffled(overlaps, 3))!.interval!;
    expect(mixed.low).toBeCloseTo(low, 12);
    expect(mixed.high).toBeCloseTo(high, 12);
  });

  it("has no interval with fewer than ten clusters that hold values, and is null without", () => {
    expect(boundedMean([...each(Array<number>(9).fill(0.5)), []])).toEqual({
      estimate: 0.5,
      interval: null,
      clusters: 9,
    });
    expect(boundedMean([[], []])).toBeNull();
  });

  it("refuses what is not 0 to 1", () => {
    expect(() => boundedMean([[0.5], [1.5]])).toThrow("cluster 1 holds 1.5");
    expect(() => boundedMean([[Number.NaN]])).toThrow(RangeError);
  });
});
