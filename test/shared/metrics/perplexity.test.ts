import { describe, expect, it } from "vitest";
import { perplexity } from "#shared/metrics/perplexity.ts";

const nlls = [1 / 2, 1 / 4, 1 / 8].map((p) => -Math.log(p));

describe("perplexity", () => {
  it("of p = 1/2, 1/4, 1/8 is 4", () => {
    const result = perplexity(nlls)!;
    expect(result.meanNll).toBeCloseTo(1.386294, 6);
    expect(result.perplexity).toBeCloseTo(4, 12);
    expect(result.standardError).toBeCloseTo(0.400189, 6);
    expect(result.perplexity * result.standardError!).toBeCloseTo(1.600755, 6);
  });

  it("has its interval on the log scale", () => {
    const { tokenInterval } = perplexity(nlls)!;
    expect(tokenInterval?.low).toBeCloseTo(1.826, 3);
    expect(tokenInterval?.high).toBeCloseTo(8.764, 3);
  });

  it("has zero width for tokens of one probability", () => {
    expect(perplexity([2, 2, 2])).toMatchObject({ standardError: 0, tokenInterval: { low: Math.exp(2) } });
  });

  it("is infinite, and says how often, when a token got probability 0", () => {
    expect(perplexity([1, Infinity, 2, Infinity])).toMatchObject({
      perplexity: Infinity,
      infinite: 2,
      standardError: null,
      tokenInterval: null,
    });
  });

  it("has no error from one token", () => {
    expect(perplexity([Math.LN2])).toMatchObject({ n: 1, standardError: null, tokenInterval: null });
  });

  it("is null without tokens", () => {
    expect(perplexity([])).toBeNull();
  });

  it("refuses NaN", () => {
    expect(() => perplexity([1, Number.NaN])).toThrow(RangeError);
  });
});
