import { describe, expect, it } from "vitest";
import { createRandom } from "#shared/random.ts";
import { bonettPrice } from "#shared/stats/bonett-price.ts";

describe("bonettPrice", () => {
  it("adds one to both discordant counts", () => {
    const difference = bonettPrice({ n: 100, b: 8, c: 2 })!;
    expect(difference.delta).toBeCloseTo(-0.058824, 6);
    expect(difference.low).toBeCloseTo(-0.124401, 6);
    expect(difference.high).toBeCloseTo(0.006754, 6);
    expect(difference.plain).toBe(-0.06);
  });

  it("has the half-widths at 5 % flips that are shown before a run", () => {
    const halfPoints = (n: number, b: number, c: number): number => {
      const { low, high } = bonettPrice({ n, b, c })!;
      return 50 * (high - low);
    };
    expect(halfPoints(500, 13, 12)).toBeCloseTo(2, 1);
    expect(halfPoints(1000, 25, 25)).toBeCloseTo(1.4, 1);
  });

  it("changes sign with the sides", () => {
    const one = bonettPrice({ n: 50, b: 7, c: 3 })!;
    const other = bonettPrice({ n: 50, b: 3, c: 7 })!;
    expect(other.delta).toBeCloseTo(-one.delta, 15);
    expect(other.low).toBeCloseTo(-one.high, 15);
  });

  it("holds both estimates and stays inside -1 to 1", () => {
    const random = createRandom(6);
    for (let round = 0; round < 200; round += 1) {
      const n = 1 + random.nextInt(300);
      const b = random.nextInt(n + 1);
      const c = random.nextInt(n - b + 1);
      const { low, high, delta, plain } = bonettPrice({ n, b, c })!;
      expect(low).toBeGreaterThanOrEqual(-1);
      expect(high).toBeLessThanOrEqual(1);
      expect(Math.max(low - delta, delta - high)).toBeLessThanOrEqual(0);
      expect(Math.max(low - plain, plain - high)).toBeLessThanOrEqual(1e-12);
    }
  });

  it("is null for n = 0", () => {
    expect(bonettPrice({ n: 0, b: 0, c: 0 })).toBeNull();
  });

  it("refuses more discordant pairs than pairs", () => {
    expect(() => bonettPrice({ n: 5, b: 3, c: 3 })).toThrow("b + c (6) must not exceed n (5).");
  });

  it("refuses negative and NaN counts", () => {
    expect(() => bonettPrice({ n: 5, b: -1, c: 0 })).toThrow(RangeError);
    expect(() => bonettPrice({ n: Number.NaN, b: 0, c: 0 })).toThrow(RangeError);
  });
});
