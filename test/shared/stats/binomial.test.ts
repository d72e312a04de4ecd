import { describe, expect, it } from "vitest";
import { halfBinomial, logFactorial } from "#shared/stats/binomial.ts";

describe("logFactorial", () => {
  it.each([
    [0, 0],
    [5, Math.log(120)],
    [31, 78.0922235533153],
    [32, 81.55795945611504],
    [100, 363.7393755555636],
    [100_000, 1051299.221899122],
  ])("of %i is %f", (n, expected) => {
    expect(Math.abs(logFactorial(n) - expected)).toBeLessThanOrEqual(1e-13 * Math.max(1, expected));
  });

  it("refuses what is no count", () => {
    expect(() => logFactorial(-1)).toThrow(RangeError);
    expect(() => logFactorial(1.5)).toThrow(RangeError);
  });
});

describe("halfBinomial", () => {
  it("gives the ten tosses of a coin", () => {
    expect(halfBinomial(10, 2).equal).toBeCloseTo(45 / 1024, 14);
    expect(halfBinomial(10, 2).atMost).toBeCloseTo(56 / 1024, 14);
    expect(halfBinomial(10, 7).atMost).toBeCloseTo(968 / 1024, 14);
    expect(halfBinomial(10, 10).atMost).toBe(1);
  });

  it("is certain with no trial", () => {
    expect(halfBinomial(0, 0)).toEqual({ equal: 1, atMost: 1 });
  });

  it("adds up to one over all outcomes", () => {
    let sum = 0;
    for (let k = 0; k <= 1001; k += 1) sum += halfBinomial(1001, k).equal;
    expect(sum).toBeCloseTo(1, 12);
    expect(halfBinomial(1001, 500).atMost).toBeCloseTo(0.5, 12);
  });

  it("refuses k above n and negative counts", () => {
    expect(() => halfBinomial(3, 4)).toThrow(RangeError);
    expect(() => halfBinomial(-1, 0)).toThrow(RangeError);
    expect(() => halfBinomial(3, Number.NaN)).toThrow(RangeError);
  });
});
