import { describe, expect, it } from "vitest";
import { mcnemar } from "#shared/stats/mcnemar.ts";

describe("mcnemar", () => {
  it.each([
    [8, 2, 0.109375, 0.06543],
    [6, 0, 0.03125, 0.015625],
    [5, 5, 1, 0.753906],
    [20, 10, 0.098737, 0.070756],
    [0, 0, 1, 1],
    [2, 1, 1, 0.625],
  ])("of %i and %i is exact %f, mid-p %f", (b, c, exact, midP) => {
    const test = mcnemar(b, c);
    expect(test.exact).toBeCloseTo(exact, 6);
    expect(test.midP).toBeCloseTo(midP, 6);
    expect(test.discordant).toBe(b + c);
  });

  // Counted out with whole numbers of 100,000 bits.
  it.each([
    [49_500, 50_500, 0.0015823598788515956, 0.0015653597548484146],
    [49_000, 51_000, 2.588716038346898e-10, 2.536769446248005e-10],
    [300, 400, 0.00017847631448562445, 0.00015498176361506452],
  ])("stays exact for %i and %i", (b, c, exact, midP) => {
    expect(mcnemar(b, c).exact / exact).toBeCloseTo(1, 9);
    expect(mcnemar(b, c).midP / midP).toBeCloseTo(1, 9);
  });

  it("does not care which side won", () => {
    expect(mcnemar(13, 4)).toEqual(mcnemar(4, 13));
  });

  it("has mid-p below exact, both from 0 to 1", () => {
    for (let b = 0; b <= 30; b += 1) {
      const { exact, midP } = mcnemar(b, 12);
      expect(midP).toBeLessThan(exact);
      expect(midP).toBeGreaterThan(0);
      expect(exact).toBeLessThanOrEqual(1);
    }
  });

  it("becomes 0, not NaN, where no double is small enough", () => {
    expect(mcnemar(1000, 4000)).toEqual({ exact: 0, midP: 0, discordant: 5000 });
  });

  it("refuses negative counts", () => {
    expect(() => mcnemar(-1, 3)).toThrow(RangeError);
  });

  it("refuses fractions and NaN", () => {
    expect(() => mcnemar(1.5, 3)).toThrow(RangeError);
    expect(() => mcnemar(1, Number.NaN)).toThrow(RangeError);
  });
});
