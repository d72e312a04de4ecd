import { describe, expect, it } from "vitest";
import { bonettPrice } from "#shared/stats/bonett-price.ts";
import { decideNonInferiority } from "#shared/stats/non-inferiority.ts";

describe("decideNonInferiority", () => {
  const decide = (n: number, b: number, c: number, margin: number): string =>
    decideNonInferiority(bonettPrice({ n, b, c })!, margin);

  it("rules out a loss of 13 points, not one of 12, for 8 lost and 2 won of 100: [-12.4401, 0.6754]", () => {
    expect(decide(100, 8, 2, 0.13)).toBe("non-inferior");
    expect(decide(100, 8, 2, 0.12)).toBe("undecided");
  });

  it("shows a loss beyond the margin when the whole interval lies there", () => {
    // 30 lost, none won of 100: -30/102 -+ 1.96 sqrt((32/102 - (30/102)^2) / 102) is [-0.387, -0.202].
    expect(bonettPrice({ n: 100, b: 30, c: 0 })!.high).toBeCloseTo(-0.202, 3);
    expect(decide(100, 30, 0, 0.15)).toBe("inferior");
    expect(decide(100, 30, 0, 0.25)).toBe("undecided");
    expect(decide(100, 30, 0, 0.4)).toBe("non-inferior");
  });

  it("asks for a gain with a margin of 0", () => {
    expect(decide(1000, 0, 0, 0)).toBe("undecided");
    expect(decide(1000, 5, 60, 0)).toBe("non-inferior");
    expect(decide(1000, 60, 5, 0)).toBe("inferior");
  });

  it("decides for every larger margin what it decides for a smaller one", () => {
    for (let b = 0; b <= 40; b += 4) {
      const decisions = [0, 0.02, 0.05, 0.1, 0.2, 0.4].map((margin) => decide(200, b, 6, margin));
      const ranks = decisions.map((decision) => ["inferior", "undecided", "non-inferior"].indexOf(decision));
      expect(ranks).toEqual(ranks.toSorted());
    }
  });

  it("does not decide by an interval that ends at the margin", () => {
    expect(decideNonInferiority({ low: -0.01, high: 0.02 }, 0.01)).toBe("undecided");
    expect(decideNonInferiority({ low: -0.009, high: 0.02 }, 0.01)).toBe("non-inferior");
    expect(decideNonInferiority({ low: -0.3, high: -0.01 }, 0.01)).toBe("undecided");
    expect(decideNonInferiority({ low: -0.3, high: -0.011 }, 0.01)).toBe("inferior");
  });

  it("refuses a margin in points, a negative one and none", () => {
    expect(() => decide(100, 8, 2, 2)).toThrow("1 point is 0.01");
    expect(() => decide(100, 8, 2, -0.01)).toThrow(RangeError);
    expect(() => decide(100, 8, 2, Number.NaN)).toThrow(RangeError);
  });
});
