import { describe, expect, it } from "vitest";
import { alignTexts } from "#shared/metrics/divergence.ts";

describe("alignTexts", () => {
  it("gives the index of the first different token", () => {
    expect(alignTexts([5, 6, 7, 8], [5, 6, 9, 8])).toEqual({ firstDivergence: 2, commonShare: 0.5 });
    expect(alignTexts([1], [2])).toEqual({ firstDivergence: 0, commonShare: 0 });
  });

  it("has none where one text is the beginning of the other", () => {
    const expected = { firstDivergence: null, commonShare: 0.5 };
    expect(alignTexts([5, 6], [5, 6, 7, 8])).toEqual(expected);
    expect(alignTexts([5, 6, 7, 8], [5, 6])).toEqual(expected);
    expect(alignTexts([], [5])).toEqual({ firstDivergence: null, commonShare: 0 });
  });

  it("is all in common for identical texts, in any kind of list", () => {
    expect(alignTexts([1, 2, 3], Int32Array.of(1, 2, 3))).toEqual({ firstDivergence: null, commonShare: 1 });
  });

  it("does not come together again behind a difference", () => {
    expect(alignTexts([1, 2, 3, 4], [9, 2, 3, 4]).commonShare).toBe(0);
  });

  it("is the same both ways", () => {
    const [a, b] = [
      [1, 2, 3, 4, 5],
      [1, 2, 4],
    ];
    expect(alignTexts(a, b)).toEqual(alignTexts(b, a));
  });

  it("has no share of two empty texts", () => {
    expect(alignTexts([], [])).toEqual({ firstDivergence: null, commonShare: null });
  });
});
