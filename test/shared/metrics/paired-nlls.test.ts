import { describe, expect, it } from "vitest";
import { pairNlls } from "#shared/metrics/paired-nlls.ts";
import { perplexityRatio } from "#shared/metrics/perplexity-ratio.ts";

describe("pairNlls", () => {
  it("keeps the tokens that both sides scored, chunk by chunk", () => {
    expect(pairNlls([[1, null, 3], [4]], [[2, 5, null], [6]])).toEqual({
      reference: [[1], [4]],
      candidate: [[2], [6]],
      tokens: 2,
      invalid: 2,
    });
  });

  it("keeps a chunk of which nothing is left, so that chunks stay paired", () => {
    const pairs = pairNlls([[null], [1]], [[1], [2]]);
    expect(pairs).toMatchObject({ reference: [[], [1]], candidate: [[], [2]] });
    expect(perplexityRatio(pairs.reference, pairs.candidate, { seed: 1 })?.deltaNll).toBe(1);
  });

  it("keeps probabilities of 0", () => {
    expect(pairNlls([[1]], [[Infinity]])).toMatchObject({ candidate: [[Infinity]], invalid: 0 });
  });

  it("is empty without chunks", () => {
    expect(pairNlls([], [])).toEqual({ reference: [], candidate: [], tokens: 0, invalid: 0 });
  });

  it("refuses another text", () => {
    expect(() => pairNlls([[1]], [[1], [2]])).toThrow("Chunks must have one length");
    expect(() => pairNlls([[1]], [[1, 2]])).toThrow("Tokens of chunk 0");
  });
});
