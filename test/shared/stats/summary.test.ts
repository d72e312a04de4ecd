import { describe, expect, it } from "vitest";
import { outlierFence, summarize } from "#shared/stats/summary.ts";

const samples = [10, 11, 10, 12, 10, 11, 50];

describe("summarize", () => {
  it("gives median, spread and the outliers beyond the fence", () => {
    const summary = summarize(samples);
    expect(summary).toMatchObject({ n: 7, median: 11, min: 10, p10: 10, max: 50, outliers: 1 });
    expect(summary?.p90).toBeCloseTo(27.2, 10);
  });

  it("does not delete what it counts as an outlier", () => {
    expect(summarize([1, 1, 1, 9])).toMatchObject({ n: 4, max: 9, outliers: 1 });
  });

  it("counts slow samples only, never fast ones", () => {
    expect(summarize([50, 49, 51, 50, 48, 52, 1])?.outliers).toBe(0);
  });

  it("takes one sample", () => {
    expect(summarize([5])).toEqual({ n: 1, median: 5, min: 5, p10: 5, p90: 5, max: 5, outliers: 0 });
  });

  it("is null without samples", () => {
    expect(summarize([])).toBeNull();
  });

  it("refuses NaN", () => {
    expect(() => summarize([1, Number.NaN])).toThrow(RangeError);
  });
});

describe("outlierFence", () => {
  it("is median + 5 x 1.4826 x MAD", () => {
    expect(outlierFence(samples)).toBeCloseTo(18.413, 10);
  });

  it("is null without samples", () => {
    expect(outlierFence([])).toBeNull();
  });
});
