import { describe, expect, it } from "vitest";
import { klDivergence, summarizeKl } from "#shared/metrics/kl-divergence.ts";
import { createRandom } from "#shared/random.ts";

describe("klDivergence", () => {
  it("of swapped first and second is 0.420512 both ways", () => {
    expect(klDivergence([2, 1, 0], [1, 2, 0])).toBeCloseTo(0.420512, 6);
    expect(klDivergence([1, 2, 0], [2, 1, 0])).toBeCloseTo(0.420512, 6);
  });

  it("of swapped second and third is 0.154698", () => {
    expect(klDivergence([2, 1, 0], [2, 0, 1])).toBeCloseTo(0.154698, 6);
  });

  it("is 0 for the same row, shifted or not", () => {
    expect(klDivergence([2, 1, 0], [2, 1, 0])).toBe(0);
    expect(klDivergence(new Float32Array([2, 1, 0]), [12, 11, 10])).toBeCloseTo(0, 14);
  });

  it("is infinite where the candidate rules out what the reference allows", () => {
    expect(klDivergence([0, 0], [0, -Infinity])).toBe(Infinity);
    expect(klDivergence([0, -Infinity], [0, 0])).toBeCloseTo(0.693147, 6);
    expect(klDivergence([0, -Infinity], [0, -Infinity])).toBe(0);
  });

  it("leaves padding out", () => {
    expect(klDivergence([2, 1, 0, 50], [2, 0, 1, -50, 7], 3)).toBeCloseTo(0.154698, 6);
  });

  it("is never negative", () => {
    const random = createRandom(12);
    for (let round = 0; round < 100; round += 1) {
      const row = Float32Array.from({ length: 50 }, () => 10 * random.nextFloat());
      const near = row.map((logit) => logit + 1e-6 * random.nextFloat());
      expect(klDivergence(row, near)).toBeGreaterThanOrEqual(0);
    }
  });

  it("is null when either row is no distribution", () => {
    expect(klDivergence([Number.NaN, 1], [0, 1])).toBeNull();
    expect(klDivergence([0, 1], [Infinity, 1])).toBeNull();
    expect(klDivergence([0, 1], [-Infinity, -Infinity])).toBeNull();
    expect(klDivergence([], [])).toBeNull();
  });

  it("refuses two vocabularies", () => {
    expect(() => klDivergence([1, 2, 3], [1, 2])).toThrow("give the vocabulary they share");
  });

  it("refuses a vocabulary larger than either row", () => {
    expect(() => klDivergence([1, 2, 3], [1, 2], 3)).toThrow(RangeError);
    expect(() => klDivergence([1, 2], [1, 2, 3], 3)).toThrow(RangeError);
  });
});

describe("summarizeKl", () => {
  it("gives mean and quantiles", () => {
    expect(summarizeKl([0.1, 0.3, 0.2])).toMatchObject({ n: 3, median: 0.2, max: 0.3, infinite: 0, invalid: 0 });
    expect(summarizeKl([0.1, 0.3, 0.2]).mean).toBeCloseTo(0.2, 14);
  });

  it("keeps infinite values out of the mean and in the quantiles", () => {
    expect(summarizeKl([1, 3, Infinity])).toMatchObject({ n: 3, mean: 2, median: 3, max: Infinity, infinite: 1 });
  });

  it("counts invalid positions", () => {
    expect(summarizeKl([null, 1, null])).toMatchObject({ n: 1, mean: 1, invalid: 2 });
  });

  it("is null throughout without values", () => {
    expect(summarizeKl([])).toMatchObject({ n: 0, mean: null, median: null, p90: null, p99: null, max: null });
    expect(summarizeKl([Infinity])).toMatchObject({ n: 1, mean: null, median: Infinity });
  });

  it("refuses NaN", () => {
    expect(() => summarizeKl([Number.NaN])).toThrow(RangeError);
  });
});
