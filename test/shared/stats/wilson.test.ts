import { describe, expect, it } from "vitest";
import { createRandom } from "#shared/random.ts";
import { wilson } from "#shared/stats/wilson.ts";

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
