import { describe, expect, it } from "vitest";
import { excessFlips, type FlipPair } from "#shared/metrics/excess-flips.ts";
import { shuffled } from "../stats/shuffled.ts";

const options = { seed: 6, resamples: 4000 };

/** 400 questions: the candidate flips every tenth, the reference against itself every fiftieth of the others. */
const questions: FlipPair[] = Array.from({ length: 400 }, (_, i) => ({
  candidate: i % 10 === 0,
  floor: i % 50 === 1,
}));

describe("excessFlips", () => {
  it("is the candidate's share less the floor's", () => {
    const result = excessFlips(questions, options)!;
    expect(result).toMatchObject({ candidateShare: 0.1, floorShare: 0.02, n: 400, invalid: 0 });
    expect(result.excess).toBeCloseTo(0.08, 14);
    expect(result.finding).toBe("resolved");
  });

  it("has the interval of paired shares", () => {
    // Wald by hand: sd of the difference is sqrt((40 + 8) / 400 - 0.08^2) / 20 = 0.016852.
    const { low, high } = excessFlips(questions, options)!.interval!;
    expect((high - low) / (2 * 1.959964) / 0.016852).toBeCloseTo(1, 1);
    expect((low + high) / 2).toBeCloseTo(0.08, 2);
  });

  it("is not resolved below three times the floor", () => {
    const noisy = questions.map(({ candidate }, i) => ({ candidate, floor: i % 25 === 1 }));
    expect(excessFlips(noisy, options)).toMatchObject({ floorShare: 0.04, finding: "not resolved" });
  });

  it("is exactly 0 for a candidate that flips where the floor does", () => {
    const same = questions.map(({ candidate }) => ({ candidate, floor: candidate }));
    expect(excessFlips(same, options)).toMatchObject({ excess: 0, interval: { low: 0, high: 0 } });
  });

  it("leaves out and counts invalid questions", () => {
    const broken = [...questions, { candidate: null, floor: true }, { candidate: true, floor: null }];
    expect(excessFlips(broken, options)).toEqual({ ...excessFlips(questions, options)!, invalid: 2 });
  });

  it("gives the very same numbers for the questions in another order", () => {
    expect(excessFlips(shuffled(questions, 3), options)).toEqual(excessFlips(questions, options));
  });

  it("has no interval for fewer than ten questions, and is null without", () => {
    expect(excessFlips(questions.slice(0, 9), options)?.interval).toBeNull();
    expect(excessFlips([], options)).toBeNull();
    expect(excessFlips([{ candidate: null, floor: null }], options)).toBeNull();
  });
});
