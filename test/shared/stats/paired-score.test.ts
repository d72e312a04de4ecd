import { describe, expect, it } from "vitest";
import { Z_95 } from "#shared/stats/interval.ts";
import { pairedScore, pairedScoreHigh, pairedScoreLow } from "#shared/stats/paired-score.ts";

describe("pairedScore", () => {
  it("gives the interval published for Tango's score (Fagerland, Lydersen and Laake 2014: 1 and 7 of 21)", () => {
    const counts = { n: 21, lost: 7, gained: 1 };
    expect(pairedScoreLow(counts, Z_95)).toBeCloseTo(-0.517, 3);
    expect(pairedScoreHigh(counts, Z_95)).toBeCloseTo(-0.026, 3);
  });

  it("is McNemar's statistic against no difference", () => {
    expect(pairedScore({ n: 100, lost: 9, gained: 4 }, 0)).toBeCloseTo(-5 / Math.sqrt(13), 12);
    expect(pairedScore({ n: 100, lost: 0, gained: 0 }, 0)).toBe(0);
  });

  it("rules out a loss of 1 point from 381 questions on where nothing flips; the exact bound needs 368", () => {
    const low = (n: number): number => pairedScoreLow({ n, lost: 0, gained: 0 }, Z_95);
    expect(low(380)).toBeLessThan(-0.01);
    expect(low(381)).toBeGreaterThan(-0.01);
    expect(0.99 ** 368).toBeLessThan(0.025);
    expect(0.99 ** 367).toBeGreaterThan(0.025);
  });

  it("is the same both ways", () => {
    const there = { n: 50, lost: 6, gained: 2 };
    const back = { n: 50, lost: 2, gained: 6 };
    expect(pairedScoreLow(there, 2)).toBeCloseTo(-pairedScoreHigh(back, 2), 12);
  });

  it("refuses counts and differences that cannot be", () => {
    expect(() => pairedScore({ n: 0, lost: 0, gained: 0 }, 0)).toThrow(RangeError);
    expect(() => pairedScore({ n: 3, lost: 2, gained: 2 }, 0)).toThrow(RangeError);
    expect(() => pairedScore({ n: 3, lost: 0, gained: 0 }, -1)).toThrow(RangeError);
  });
});
