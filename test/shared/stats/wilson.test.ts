import { describe, expect, it } from "vitest";
import { createRandom } from "#shared/random.ts";
import { logFactorial } from "#shared/stats/binomial.ts";
import { Z_95 } from "#shared/stats/interval.ts";
import { scoreInterval, wilson } from "#shared/stats/wilson.ts";

describe("wilson", () => {
  it.each([
    [7, 10, 0.3968, 0.8922],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [64, 100, 0.5424, 0.7273],
  ])("%i of %i is %f to %f", (successes, n, low, high) => {
    const interval = wilson(successes, n);
    expect(interval?.low).toBeCloseTo(low, 4);
    expect(interval?.high).toBeCloseTo(high, 4);
  });

  it("has the exact limits of rare successes and failures, beside which Wilson's own would be too narrow", () => {
    // Brown, Cai and DasGupta (2001): half the 5 % quantile of chi-squared with 2, 4 and 6 degrees of freedom, by n.
    expect([1, 2, 3].map((successes) => 200 * wilson(successes, 200)!.low)).toEqual([
      expect.closeTo(0.0513, 4),
      expect.closeTo(0.3554, 4),
      expect.closeTo(0.8177, 4),
    ]);
    expect(200 * (1 - wilson(198, 200)!.high)).toBeCloseTo(0.3554, 4);
    expect(200 * wilson(4, 200)!.low).toBeCloseTo(1.562, 2);
  });

  it("covers every share up to a half in at least 92.9 %, counted out", () => {
    for (const n of [50, 100, 320]) {
      const intervals = Array.from({ length: n + 1 }, (_, successes) => wilson(successes, n)!);
      for (let share = 0.0005; share <= 0.5; share *= 1.1) {
        const covered = intervals.reduce((sum, { low, high }, successes) => {
          const ways = logFactorial(n) - logFactorial(successes) - logFactorial(n - successes);
          const log = ways + successes * Math.log(share) + (n - successes) * Math.log(1 - share);
          return low <= share && share <= high ? sum + Math.exp(log) : sum;
        }, 0);
        expect(covered, `${share} of ${n}`).toBeGreaterThan(0.9285);
      }
    }
  });

  it("ends at exactly 0 and 1 without successes and without failures", () => {
    expect(wilson(0, 17)?.low).toBe(0);
    expect(wilson(17, 17)?.high).toBe(1);
  });

  it("has the half-widths at 60 % that are shown before a run", () => {
    const halfPoints = (n: number): string => {
      const { low, high } = wilson(0.6 * n, n)!;
      return (50 * (high - low)).toFixed(1);
    };
    expect([100, 200, 500, 1000].map(halfPoints)).toEqual(["9.4", "6.7", "4.3", "3.0"]);
  });

  it("holds the share, stays inside 0 to 1 and mirrors failures", () => {
    const random = createRandom(5);
    for (let round = 0; round < 200; round += 1) {
      const n = 1 + random.nextInt(500);
      const successes = random.nextInt(n + 1);
      const { low, high } = wilson(successes, n)!;
      const mirrored = wilson(n - successes, n)!;
      expect(low).toBeGreaterThanOrEqual(0);
      expect(low).toBeLessThanOrEqual(successes / n);
      expect(high).toBeGreaterThanOrEqual(successes / n);
      expect(high).toBeLessThanOrEqual(1);
      expect(mirrored.low).toBeCloseTo(1 - high, 12);
    }
  });

  it("is null for n = 0", () => {
    expect(wilson(0, 0)).toBeNull();
  });

  it("refuses more successes than trials", () => {
    expect(() => wilson(11, 10)).toThrow("successes (11) must not exceed n (10).");
  });

  it("refuses negative, fractional and NaN counts", () => {
    expect(() => wilson(-1, 10)).toThrow(RangeError);
    expect(() => wilson(0.5, 10)).toThrow(RangeError);
    expect(() => wilson(1, Number.NaN)).toThrow(RangeError);
  });
});

describe("scoreInterval", () => {
  it("is Wilson's for whole trials, and takes broken ones", () => {
    expect(scoreInterval(0.7, 10, Z_95)).toEqual(wilson(7, 10));
    const { low, high } = scoreInterval(0.7, 10.5, Z_95);
    expect(low).toBeGreaterThan(wilson(7, 10)!.low);
    expect(high).toBeLessThan(wilson(7, 10)!.high);
  });

  it("refuses shares outside 0 to 1 and no trials", () => {
    expect(() => scoreInterval(1.1, 10, Z_95)).toThrow(RangeError);
    expect(() => scoreInterval(0.5, 0, Z_95)).toThrow(RangeError);
  });
});
