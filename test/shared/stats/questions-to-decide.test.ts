import { describe, expect, it } from "vitest";
import { bonettPrice } from "#shared/stats/bonett-price.ts";
import { decideNonInferiority } from "#shared/stats/non-inferiority.ts";
import { powerToDecide, questionsToDecide, resolutionOf } from "#shared/stats/questions-to-decide.ts";

const asked = 0;
const decide = (n: number, b: number, c: number, margin: number): string =>
  decideNonInferiority(bonettPrice({ n, b, c })!, margin);

describe("questionsToDecide", () => {
  // scipy: the third number is the exact chance, summed over all outcomes, that Bonett-Price decides with that many.
  it.each([
    [0.1, 0, 0.05, 324, 0.80168],
    [0.05, 0, 0.01, 3949, 0.80006],
    [0.05, -0.02, 0.01, 3926, 0.80615],
    [0.1, -0.01, 0.03, 1969, 0.79931],
    [0.2, 0, 0.1, 160, 0.79885],
    [0.05, 0.01, 0.02, 459, 0.81613],
  ])("at %f flips, a change of %f and a margin of %f are %i", (discordantShare, delta, margin, total, exact) => {
    const plan = { discordantShare, delta, margin };
    expect(questionsToDecide({ ...plan, asked })?.total).toBe(total);
    expect(Math.abs(powerToDecide(plan, total) - exact)).toBeLessThan(0.02);
  });

  it("come near the textbook's (z + z)^2 (psi - delta^2) / (delta + margin)^2 where they are many", () => {
    const { total } = questionsToDecide({ discordantShare: 0.05, delta: 0, margin: 0.01, asked })!;
    expect(total / 3924.44).toBeCloseTo(1, 1);
    const { total: more } = questionsToDecide({ discordantShare: 0.05, delta: 0, margin: 0.001, asked })!;
    expect(more / 392_444).toBeCloseTo(1, 2);
  });

  it("counts those asked", () => {
    const plan = { discordantShare: 0.1, delta: 0, margin: 0.05 };
    expect(questionsToDecide({ ...plan, asked: 100 })).toEqual({ additional: 224, total: 324, shows: "non-inferior" });
    expect(questionsToDecide({ ...plan, asked: 400 })).toEqual({ additional: 0, total: 400, shows: "non-inferior" });
  });

  it("says which way they would decide", () => {
    expect(questionsToDecide({ discordantShare: 0.05, delta: -0.02, margin: 0.01, asked })?.shows).toBe("inferior");
    expect(questionsToDecide({ discordantShare: 0.05, delta: -0.02, margin: 0.03, asked })?.shows).toBe("non-inferior");
  });

  it("are finite where nothing flips: the interval still has a width", () => {
    const { total } = questionsToDecide({ discordantShare: 0, delta: 0, margin: 0.01, asked })!;
    expect(total).toBe(276);
    expect(decide(276, 0, 0, 0.01)).toBe("non-inferior");
    expect(decide(275, 0, 0, 0.01)).toBe("undecided");
  });

  it("are more than were asked wherever these left it undecided", () => {
    let checked = 0;
    for (const n of [50, 163, 700]) {
      for (let b = 0; b <= 12; b += 3) {
        for (let c = 0; c <= 12; c += 4) {
          if (decide(n, b, c, 0.02) !== "undecided") continue;
          const plan = { discordantShare: (b + c) / n, delta: (c - b) / n, margin: 0.02, asked: n };
          expect(questionsToDecide(plan)?.additional ?? Infinity).toBeGreaterThan(0);
          checked += 1;
        }
      }
    }
    expect(checked).toBeGreaterThan(20);
  });

  it("grow with power and with flips, and shrink with the margin", () => {
    const total = (change: object): number =>
      questionsToDecide({ discordantShare: 0.08, delta: 0, margin: 0.02, asked, ...change })!.total;
    expect(total({ power: 0.9 })).toBeGreaterThan(total({}));
    expect(total({ discordantShare: 0.12 })).toBeGreaterThan(total({}));
    expect(total({ margin: 0.03 })).toBeLessThan(total({}));
  });

  it("are null at the margin itself and too near to it", () => {
    expect(questionsToDecide({ discordantShare: 0.05, delta: -0.01, margin: 0.01, asked })).toBeNull();
    expect(questionsToDecide({ discordantShare: 0.05, delta: -0.01 + 1e-6, margin: 0.01, asked })).toBeNull();
    expect(questionsToDecide({ discordantShare: 0.05, delta: 0, margin: 0, asked })).toBeNull();
  });

  it("refuse shares, counts and powers that cannot be", () => {
    const plan = { discordantShare: 0.05, delta: 0, margin: 0.01, asked };
    expect(() => questionsToDecide({ ...plan, discordantShare: 5 })).toThrow("A discordant share lies from 0 to 1");
    expect(() => questionsToDecide({ ...plan, delta: -0.1 })).toThrow("must not exceed the discordant share");
    expect(() => questionsToDecide({ ...plan, delta: Number.NaN })).toThrow(RangeError);
    expect(() => questionsToDecide({ ...plan, margin: 1.5 })).toThrow("1 point is 0.01");
    expect(() => questionsToDecide({ ...plan, asked: -1 })).toThrow(RangeError);
    expect(() => questionsToDecide({ ...plan, power: 1 })).toThrow("A power lies from 0.5");
    expect(() => questionsToDecide({ ...plan, power: 0.3 })).toThrow(RangeError);
  });
});

describe("powerToDecide", () => {
  it("rises with the number of questions", () => {
    const expected = { discordantShare: 0.1, delta: -0.01, margin: 0.03 };
    const powers = [100, 500, 1000, 2000, 5000].map((n) => powerToDecide(expected, n));
    expect(powers).toEqual(powers.toSorted((a, b) => a - b));
    expect(powers.at(-1)).toBeGreaterThan(0.99);
  });

  it("refuses no questions", () => {
    expect(() => powerToDecide({ discordantShare: 0.1, delta: 0, margin: 0.03 }, 0)).toThrow(RangeError);
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
