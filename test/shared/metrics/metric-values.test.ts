import { describe, expect, it } from "vitest";
import type { Comparison } from "#shared/results.ts";
import { fileDifference, memoryDifference, overLaunches, speedDifference } from "#shared/metrics/metric-values.ts";

type Ratio = Comparison["latencyRatio"][number];
const ratio = (value: number, low: number, high: number, kind: Ratio["kind"] = "signed-rank"): Ratio => ({
  ...{ batchSize: 1, ratio: value, low, high, kind, launches: 6 },
});

describe("speedDifference", () => {
  it("colours what is sure, with its interval above 1 either way", () => {
    expect(speedDifference(ratio(2, 1.8, 2.2))).toEqual({ text: "2.0x faster (1.80–2.20)", tone: "better" });
    expect(speedDifference(ratio(0.5, 0.4, 0.625))).toEqual({ text: "2.0x slower (1.60–2.50)", tone: "worse" });
    expect(speedDifference(ratio(2, 1.8, 2.2, "runs"))?.tone).toBe("none");
  });

  it("does not colour what holds no change, nor what is sure and below 2 %", () => {
    expect(speedDifference(ratio(1.1, 0.9, 1.3))).toEqual({ text: "no clear change (0.90–1.30)", tone: "none" });
    expect(speedDifference(ratio(1.012, 1.006, 1.018))?.tone).toBe("none");
    expect(speedDifference(ratio(0.988, 0.982, 0.994))?.tone).toBe("none");
  });

  it("claims nothing from a range, and has nothing without a ratio", () => {
    expect(speedDifference(ratio(2, 1.8, 2.2, "range"))).toEqual({
      text: "2.0x faster (range 1.80–2.20), too few launches",
      tone: "none",
      counts: true,
    });
    expect(speedDifference(undefined)).toBeNull();
  });
});

describe("memoryDifference", () => {
  const memory = (
    value: number,
    low: number,
    high: number,
    kind: "signed-rank" | "range" = "signed-rank",
  ): Parameters<typeof memoryDifference>[0] => ({
    ...{ batchSize: 1, ratio: value, low, high, kind, launches: kind === "range" ? 2 : 6, of: "anonymous" },
    ...{ referenceBytes: Math.round(value * 2 ** 30), candidateBytes: 2 ** 30 },
  });

  it("goes by the peaks, then by the interval over launches, and calls a range a range", () => {
    expect(memoryDifference(memory(2, 1.9, 2.1))).toEqual({ text: "2.0x less (1.90–2.10)", tone: "better" });
    expect(memoryDifference(memory(2, 1.9, 2.1, "range")).text).toBe("2.0x less (range 1.90–2.10)");
    expect(memoryDifference(memory(1.03, 0.99, 1.1)).tone).toBe("none");
    expect(memoryDifference(memory(1.01, 1.01, 1.01))).toEqual({ text: "the same", tone: "none" });
  });
});

describe("fileDifference", () => {
  it("is the same within 2 %", () => {
    expect(fileDifference(1.015)).toEqual({ text: "the same", tone: "none" });
    expect(fileDifference(4)).toEqual({ text: "4.0x smaller", tone: "better" });
    expect(fileDifference(0.5)).toEqual({ text: "2.0x larger", tone: "worse" });
  });
});

describe("overLaunches", () => {
  it("has an interval from six launches on, and a range of fewer", () => {
    const six = overLaunches([1, 2, 3, 4, 5, 6]);
    expect(six).toMatchObject({
      value: "3.50",
      low: "1.00",
      high: "6.00",
      ends: "interval",
      note: "median, 95 % interval over 6 launches",
    });
    expect(overLaunches([1, 2], ", batch 4")).toMatchObject({
      ends: "range",
      note: "median, range of 2 launches, batch 4",
    });
  });

  it("has none of one launch, and is null of none", () => {
    expect(overLaunches([7])).toMatchObject({
      value: "7.00",
      low: null,
      exact: [7, null, null],
      note: "1 launch",
    });
    expect(overLaunches([])).toBeNull();
  });
});
