import { describe, expect, it } from "vitest";
import { Z_95 } from "#shared/stats/interval.ts";
import { normalCdf, normalQuantile } from "#shared/stats/normal.ts";

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

describe("normalQuantile", () => {
  // scipy.stats.norm.ppf
  it.each([
    [0.8, 0.8416212335729143],
    [0.9, 1.2815515655446004],
    [0.975, Z_95],
    [1e-6, -4.753424308822899],
  ])("of %f is %f", (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 11);
  });

  it("mirrors and turns the distribution round", () => {
    for (const p of [0.01, 0.2, 0.5, 0.77]) {
      expect(normalQuantile(1 - p)).toBeCloseTo(-normalQuantile(p), 11);
      expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 12);
    }
  });

  it("refuses 0, 1 and what is no probability", () => {
    for (const p of [0, 1, -0.1, 2, Number.NaN]) expect(() => normalQuantile(p)).toThrow(RangeError);
  });
});
