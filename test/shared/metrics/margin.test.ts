import { describe, expect, it } from "vitest";
import { probabilityMargin } from "#shared/metrics/margin.ts";

describe("probabilityMargin", () => {
  it("is p1 - p2, in any order", () => {
    expect(probabilityMargin([Math.log(0.2), Math.log(0.7), Math.log(0.1)])).toBeCloseTo(0.5, 14);
    expect(probabilityMargin([Math.log(0.7), Math.log(0.1), Math.log(0.2)])).toBeCloseTo(0.5, 14);
  });

  it("is 0 for a tie and 1 for a sole token with a probability", () => {
    expect(probabilityMargin([-1, -1])).toBe(0);
    expect(probabilityMargin([0, -Infinity])).toBe(1);
  });

  it("is null with fewer than two and refuses NaN", () => {
    expect(probabilityMargin([0])).toBeNull();
    expect(() => probabilityMargin([0, Number.NaN])).toThrow(RangeError);
  });
});
