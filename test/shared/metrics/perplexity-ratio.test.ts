import { describe, expect, it } from "vitest";
import { perplexityRatio } from "#shared/metrics/perplexity-ratio.ts";
import { createRandom } from "#shared/random.ts";

const options = { seed: 3, resamples: 1000 };

function chunks(count: number): number[][] {
  const random = createRandom(15);
  return Array.from({ length: count }, () => Array.from({ length: 8 }, () => 4 * random.nextFloat()));
}

describe("perplexityRatio", () => {
  it("is the ratio of the two perplexities", () => {
    const result = perplexityRatio([[1, 2], [3]], [[2, 2], [5]], options)!;
    expect(result.deltaNll).toBeCloseTo(1, 12);
    expect(result.ratio).toBeCloseTo(Math.E, 12);
  });

  it("is exactly 1 without an interval for identical variants", () => {
    const reference = chunks(20);
    expect(perplexityRatio(reference, structuredClone(reference), options)).toEqual({
      ratio: 1,
      deltaNll: 0,
      interval: null,
      chunks: 20,
    });
  });

  it("turns round when the sides are swapped", () => {
    const reference = chunks(20);
    const candidate = reference.map((nlls, chunk) => nlls.map((nll) => nll + 0.01 * chunk));
    const one = perplexityRatio(reference, candidate, options)!;
    const other = perplexityRatio(candidate, reference, options)!;
    expect(one.interval!.low).toBeLessThan(one.ratio);
    expect(one.interval!.high).toBeGreaterThan(one.ratio);
    expect(other.ratio).toBeCloseTo(1 / one.ratio, 12);
    expect(other.interval!.low).toBeCloseTo(1 / one.interval!.high, 12);
  });

  it("has no interval with fewer than ten chunks", () => {
    expect(perplexityRatio(chunks(9), chunks(9), options)).toMatchObject({ ratio: 1, interval: null, chunks: 9 });
  });

  it("is infinite or 0 when one side gives a token probability 0", () => {
    expect(perplexityRatio([[1]], [[Infinity]], options)).toMatchObject({ ratio: Infinity, interval: null });
    expect(perplexityRatio([[Infinity]], [[1]], options)).toMatchObject({ ratio: 0, interval: null });
  });

  it("is null when both do, and without tokens", () => {
    expect(perplexityRatio([[Infinity]], [[Infinity]], options)).toBeNull();
    expect(perplexityRatio([[]], [[]], options)).toBeNull();
    expect(perplexityRatio([], [], options)).toBeNull();
  });

  it("refuses chunks and tokens that do not pair up", () => {
    expect(() => perplexityRatio([[1]], [[1], [2]], options)).toThrow("Chunks must have one length");
    expect(() => perplexityRatio([[1]], [[1, 2]], options)).toThrow("Tokens of chunk 0");
  });

  it("refuses NaN on either side", () => {
    expect(() => perplexityRatio([[Number.NaN]], [[1]], options)).toThrow("Reference chunk 0");
    expect(() => perplexityRatio([[1]], [[Number.NaN]], options)).toThrow("Candidate chunk 0");
  });
});
