import { describe, expect, it } from "vitest";
import { excessFlips, type FlipPair } from "#shared/metrics/excess-flips.ts";
import { shuffled } from "../stats/shuffled.ts";

/** 400 questions: the candidate flips every tenth, the reference against itself every fiftieth of the others. */
const questions: FlipPair[] = Array.from({ length: 400 }, (_, i) => ({
  candidate: i % 10 === 0,
  floor: i % 50 === 1,
}));

describe("excessFlips", () => {
  it("is the candidate's share less the floor's", () => {
    const result = excessFlips(questions)!;
    expect(result).toMatchObject({ candidateShare: 0.1, floorShare: 0.02, n: 400, invalid: 0 });
    expect(result.excess).toBeCloseTo(0.08, 14);
    expect(result.finding).toBe("resolved");
  });

  it("has the interval of paired shares", () => {
    // Wald by hand: sd of the difference is sqrt((40 + 8) / 400 - 0.08^2) / 20 = 0.016852.
    const { low, high } = excessFlips(questions)!.interval;
    expect((high - low) / (2 * 1.959964) / 0.016852).toBeCloseTo(1, 1);
    expect((low + high) / 2).toBeCloseTo(0.08, 2);
  });

  it("is not resolved below three times the floor", () => {
    const noisy = questions.map(({ candidate }, i) => ({ candidate, floor: i % 25 === 1 }));
    expect(excessFlips(noisy)).toMatchObject({ floorShare: 0.04, finding: "not resolved" });
  });

  it("is 0 for a candidate that flips where the floor does, and not surely so", () => {
    const same = questions.map(({ candidate }) => ({ candidate, floor: candidate }));
    const { excess, interval } = excessFlips(same)!;
    // Bonett-Price of nothing discordant: 1.96 sqrt(2 / 402 / 402).
    expect(excess).toBe(0);
    expect(interval.high).toBeCloseTo((1.959964 * Math.sqrt(2)) / 402, 6);
    expect(interval.low).toBeCloseTo(-interval.high, 12);
  });

  it("leaves out and counts invalid questions", () => {
    const broken = [...questions, { candidate: null, floor: true }, { candidate: true, floor: null }];
    expect(excessFlips(broken)).toEqual({ ...excessFlips(questions)!, invalid: 2 });
  });

  it("gives the very same numbers for the questions in another order", () => {
    expect(excessFlips(shuffled(questions, 3))).toEqual(excessFlips(questions));
  });

  it("is null without questions", () => {
    expect(excessFlips([])).toBeNull();
    expect(excessFlips([{ candidate: null, floor: null }])).toBeNull();
  });
});
