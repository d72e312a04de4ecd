import { describe, expect, it } from "vitest";
import { bonettPrice } from "#shared/stats/bonett-price.ts";
import {
  chanceToDecide,
  type DecisionPlan,
  questionsToDecide,
  questionsToRuleOut,
  resolutionOf,
} from "#shared/stats/questions-to-decide.ts";
import { normalCdf } from "#shared/stats/normal.ts";

/** Questions of which a share flips; both ends by the same estimate. */
const plan = (mean: number, flips: number, { asked = 100, margin = 0.01, critical = 1.96 } = {}): DecisionPlan => {
  const each = { mean, deviation: Math.sqrt(flips - mean * mean), critical };
  return { asked, low: each, high: each, margin };
};

describe("chanceToDecide", () => {
  it("is the textbook's power where only one side can decide", () => {
    // No change, 5 % flips, margin 2 points, 1,000 questions: power of a one-sided test.
    const error = Math.sqrt(0.05 / 1000);
    const chance = chanceToDecide(plan(0, 0.05, { margin: 0.02 }), 1000, { low: 0, high: 0 });
    expect(chance).toBeCloseTo(normalCdf(0.02 / error - 1.96) + normalCdf(-1.96), 10);
  });

  it("is certain where the interval is narrower than the margin", () => {
    expect(chanceToDecide(plan(0, 0.05), 20_000, { low: -0.005, high: -0.005 })).toBe(1);
  });

  it("is smallest between the margin and no change", () => {
    const at = (change: number): number => chanceToDecide(plan(0, 0.05), 5000, { low: change, high: change });
    expect(at(-0.005)).toBeLessThan(at(0));
    expect(at(-0.005)).toBeLessThan(at(-0.01));
  });

  it("refuses no questions and a margin in percent", () => {
    expect(() => chanceToDecide(plan(0, 0.05), 0, { low: 0, high: 0 })).toThrow(RangeError);
    expect(() => chanceToDecide(plan(0, 0.05, { margin: 1.5 }), 10, { low: 0, high: 0 })).toThrow(RangeError);
  });
});

describe("questionsToDecide", () => {
  it("decides in four of five cases with so many, and not with one fewer", () => {
    const of = plan(0, 0.05);
    const { asSeen } = questionsToDecide(of)!;
    const chance = (total: number): number => chanceToDecide(of, total, { low: 0, high: 0 });
    expect(chance(100 + asSeen)).toBeGreaterThanOrEqual(0.8);
    expect(chance(100 + asSeen - 1)).toBeLessThan(0.8);
  });

  it("needs as many whatever the change is, and more than if it is what it seems", () => {
    const [none, worse] = [0, -0.03].map((mean) => questionsToDecide(plan(mean, 0.05))!);
    expect(none!.whatever / worse!.whatever).toBeCloseTo(1, 1);
    expect(none!.asSeen).toBeLessThan(none!.whatever);
    expect(worse!.asSeen).toBeLessThan(none!.asSeen);
    const between = questionsToDecide(plan(-0.005, 0.05))!;
    expect(between.asSeen / between.whatever).toBeCloseTo(1, 2);
  });

  it("grows with flips and with strictness, and shrinks with the margin", () => {
    const of = (flips: number, margin: number, critical: number): number =>
      questionsToDecide(plan(0, flips, { margin, critical }))!.whatever;
    expect(of(0.1, 0.01, 2)).toBeGreaterThan(of(0.05, 0.01, 2));
    expect(of(0.05, 0.02, 2)).toBeLessThan(of(0.05, 0.01, 2));
    expect(of(0.05, 0.01, 3)).toBeGreaterThan(of(0.05, 0.01, 2));
  });

  it("is null where no number of questions decides", () => {
    expect(questionsToDecide(plan(0, 0.05, { margin: 0 }))).toBeNull();
    expect(questionsToDecide(plan(0, 0.05, { margin: 1e-6 }))).toBeNull();
  });

  it("refuses a plan without a question", () => {
    expect(() => questionsToDecide(plan(0, 0.05, { asked: 0 }))).toThrow(RangeError);
  });
});

describe("questionsToRuleOut", () => {
  it("is the textbook's sample size at the first look's level", () => {
    expect(questionsToRuleOut(0.05, 0.01)).toBe(Math.ceil((2.0046544617650953 + 0.8416212335729143) ** 2 * 500));
    expect(questionsToRuleOut(0, 0.01)).toBe(0);
  });

  it("refuses shares that cannot be", () => {
    expect(() => questionsToRuleOut(5, 0.01)).toThrow(RangeError);
    expect(() => questionsToRuleOut(0.05, 1.5)).toThrow(RangeError);
  });
});

describe("resolutionOf", () => {
  it("is 2.0 and 1.4 points at 5 % flips for 500 and 1,000 questions", () => {
    expect(resolutionOf(500, 0.05)!.toFixed(1)).toBe("2.0");
    expect(resolutionOf(1000, 0.05)!.toFixed(1)).toBe("1.4");
  });

  it("is 5.1 points for 100, where Wald's 4.4 would be too sure", () => {
    expect(resolutionOf(100, 0.05)).toBeCloseTo(5.0838993, 6);
    expect(196 * Math.sqrt(0.05 / 100)).toBeCloseTo(4.4, 1);
  });

  it("is the half-width of the interval that such answers then get", () => {
    const { low, high } = bonettPrice({ n: 200, b: 10, c: 10 })!;
    expect(resolutionOf(200, 0.1)).toBeCloseTo(50 * (high - low), 12);
  });

  it("is null without questions and refuses a share in percent", () => {
    expect(resolutionOf(0, 0.05)).toBeNull();
    expect(() => resolutionOf(100, 5)).toThrow(RangeError);
    expect(() => resolutionOf(0.5, 0.05)).toThrow(RangeError);
  });
});
