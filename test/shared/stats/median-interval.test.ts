import { describe, expect, it } from "vitest";
import { medianInterval, medianRanks } from "#shared/stats/median-interval.ts";

describe("medianRanks", () => {
  it.each([
    [6, 1, 6, 96.9],
    [20, 6, 15, 95.9],
    [30, 10, 21, 95.7],
  ])("for %i values are %i and %i with %f %%", (n, low, high, percent) => {
    const ranks = medianRanks(n)!;
    expect(ranks).toMatchObject({ low, high });
    expect(100 * ranks.confidence).toBeCloseTo(percent, 1);
  });

  it("are the narrowest that cover 95 %", () => {
    for (let n = 6; n <= 200; n += 1) expect(medianRanks(n)?.confidence).toBeGreaterThanOrEqual(0.95);
    expect(medianRanks(10_000)).toMatchObject({ low: 4902, high: 5099 });
  });

  it("are null below 6", () => {
    expect([0, 1, 5].map((n) => medianRanks(n))).toEqual([null, null, null]);
  });

  it("refuse what is no count", () => {
    expect(() => medianRanks(-1)).toThrow(RangeError);
    expect(() => medianRanks(2.5)).toThrow(RangeError);
  });
});

describe("medianInterval", () => {
  it("takes the 6th and 15th of 20 values in any order", () => {
    const values = Array.from({ length: 20 }, (_, i) => 20 - i);
    expect(medianInterval(values)).toMatchObject({ median: 10.5, low: 6, high: 15, n: 20, kind: "order-statistics" });
  });

  it("reaches over all launches for six", () => {
    expect(medianInterval([5, 3, 9, 4, 8, 7])).toMatchObject({ median: 6, low: 3, high: 9, confidence: 0.96875 });
  });

  it("is called a range for fewer than six", () => {
    expect(medianInterval([2, 1, 3])).toEqual({ median: 2, low: 1, high: 3, n: 3, kind: "range", confidence: null });
  });

  it("is null without values", () => {
    expect(medianInterval([])).toBeNull();
  });

  it("refuses NaN", () => {
    expect(() => medianInterval([1, Number.NaN])).toThrow(RangeError);
  });
});
