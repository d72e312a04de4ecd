import { describe, expect, it } from "vitest";
import { bonettPrice } from "#shared/stats/bonett-price.ts";
import { decideNonInferiority, nonInferiority } from "#shared/stats/non-inferiority.ts";

describe("nonInferiority", () => {
  // 8 lost and 2 won of 100: -6 points, [-12.4401, 0.6754].
  const counts = { n: 100, b: 8, c: 2 };

  it("rules out a loss of 13 points, not one of 12", () => {
    expect(nonInferiority(counts, 0.13)?.decision).toBe("non-inferior");
    expect(nonInferiority(counts, 0.12)?.decision).toBe("undecided");
    const { delta, low, high, margin, n } = nonInferiority(counts, 0.12)!;
    expect([delta, margin, n]).toEqual([-0.06, 0.12, 100]);
    expect(low).toBeCloseTo(-0.124401, 6);
    expect(high).toBeCloseTo(0.006754, 6);
  });

  it("shows a loss beyond the margin when the whole interval lies there", () => {
    // 30 lost, none won of 100: -30/102 -+ 1.96 sqrt((32/102 - (30/102)^2) / 102) is [-0.387, -0.202].
    const lost = { n: 100, b: 30, c: 0 };
    expect(bonettPrice(lost)!.high).toBeCloseTo(-0.202, 3);
    expect(nonInferiority(lost, 0.15)?.decision).toBe("inferior");
    expect(nonInferiority(lost, 0.25)?.decision).toBe("undecided");
    expect(nonInferiority(lost, 0.4)?.decision).toBe("non-inferior");
  });

  it("asks for a gain with a margin of 0", () => {
    expect(nonInferiority({ n: 1000, b: 0, c: 0 }, 0)?.decision).toBe("undecided");
    expect(nonInferiority({ n: 1000, b: 5, c: 60 }, 0)?.decision).toBe("non-inferior");
    expect(nonInferiority({ n: 1000, b: 60, c: 5 }, 0)?.decision).toBe("inferior");
  });

  it("is never both, and decides for every larger margin what it decides for a smaller one", () => {
    for (let b = 0; b <= 40; b += 4) {
      const decisions = [0, 0.02, 0.05, 0.1, 0.2, 0.4].map(
        (margin) => nonInferiority({ n: 200, b, c: 6 }, margin)!.decision,
      );
      const ranks = decisions.map((decision) => ["inferior", "undecided", "non-inferior"].indexOf(decision));
      expect(ranks).toEqual(ranks.toSorted());
    }
  });

  it("is null without questions", () => {
    expect(nonInferiority({ n: 0, b: 0, c: 0 }, 0.01)).toBeNull();
  });

  it("refuses a margin in points, a negative one and broken counts", () => {
    expect(() => nonInferiority(counts, 2)).toThrow("1 point is 0.01");
    expect(() => nonInferiority({ n: 0, b: 0, c: 0 }, -0.01)).toThrow(RangeError);
    expect(() => nonInferiority(counts, Number.NaN)).toThrow(RangeError);
    expect(() => nonInferiority({ n: 1, b: 1, c: 1 }, 0.1)).toThrow(RangeError);
  });
});

describe("decideNonInferiority", () => {
  it("takes any interval; one that ends at the margin does not decide", () => {
    expect(decideNonInferiority({ low: -0.01, high: 0.02 }, 0.01)).toBe("undecided");
    expect(decideNonInferiority({ low: -0.009, high: 0.02 }, 0.01)).toBe("non-inferior");
    expect(decideNonInferiority({ low: -0.3, high: -0.01 }, 0.01)).toBe("undecided");
    expect(decideNonInferiority({ low: -0.3, high: -0.011 }, 0.01)).toBe("inferior");
  });
});
