import { describe, expect, it } from "vitest";
import { logMargin, meanMargin, probabilityMargin } from "#shared/metrics/margin.ts";

describe("logMargin", () => {
  it("is best minus second, in any order", () => {
    expect(logMargin([-3, -1, -2.5, -9])).toBe(1.5);
    expect(logMargin([-1, -3, -2.5])).toBe(1.5);
  });

  it("is 0 for a tie and infinite for a sole choice with a probability", () => {
    expect(logMargin([-1, -1])).toBe(0);
    expect(logMargin([-1, -Infinity])).toBe(Infinity);
  });

  it("is null with fewer than two choices or no probability at all", () => {
    expect(logMargin([])).toBeNull();
    expect(logMargin([-1])).toBeNull();
    expect(logMargin([-Infinity, -Infinity])).toBeNull();
  });

  it("refuses NaN", () => {
    expect(() => logMargin([-1, Number.NaN])).toThrow(RangeError);
  });
});

describe("probabilityMargin", () => {
  it("is p1 - p2", () => {
    expect(probabilityMargin([Math.log(0.2), Math.log(0.7), Math.log(0.1)])).toBeCloseTo(0.5, 14);
    expect(probabilityMargin([0, -Infinity])).toBe(1);
  });

  it("is null with fewer than two and refuses NaN", () => {
    expect(probabilityMargin([0])).toBeNull();
    expect(() => probabilityMargin([0, Number.NaN])).toThrow(RangeError);
  });
});

describe("meanMargin", () => {
  it("averages and counts what it skips", () => {
    expect(meanMargin([1, null, 3, Infinity])).toEqual({ mean: 2, n: 2, skipped: 2 });
  });

  it("is null without margins", () => {
    expect(meanMargin([])).toEqual({ mean: null, n: 0, skipped: 0 });
    expect(meanMargin([null])).toEqual({ mean: null, n: 0, skipped: 1 });
  });

  it("refuses NaN", () => {
    expect(() => meanMargin([Number.NaN])).toThrow(RangeError);
  });
});
