import { describe, expect, it } from "vitest";
import { Z_95 } from "#shared/stats/interval.ts";
import { normalCdf } from "#shared/stats/normal.ts";

describe("normalCdf", () => {
  // scipy.stats.norm.cdf
  it.each([
    [-6, 9.865876450376946e-10],
    [-3.5, 0.00023262907903552502],
    [-1, 0.15865525393145707],
    [0, 0.5],
    [0.5, 0.6914624612740131],
    [2.9, 0.998134186699616],
    [3.1, 0.9990323967867817],
    [Z_95, 0.975],
  ])("at %f is %f", (z, p) => {
    expect(normalCdf(z) / p).toBeCloseTo(1, 11);
  });

  it("is 0 and 1 at the ends", () => {
    expect([normalCdf(-Infinity), normalCdf(Infinity)]).toEqual([0, 1]);
  });

  it("refuses NaN", () => {
    expect(() => normalCdf(Number.NaN)).toThrow(RangeError);
  });
});
