import { describe, expect, it } from "vitest";
import { alignTexts, summarizeDivergence } from "#shared/metrics/divergence.ts";

describe("alignTexts", () => {
  it("gives the index of the first different token", () => {
    expect(alignTexts([5, 6, 7, 8], [5, 6, 9, 8])).toEqual({
      firstDivergence: 2,
      commonTokens: 2,
      commonShare: 0.5,
      identical: false,
    });
    expect(alignTexts([1], [2])).toMatchObject({ firstDivergence: 0, commonShare: 0 });
  });

  it("has none where one text is the beginning of the other", () => {
    const expected = { firstDivergence: null, commonTokens: 2, commonShare: 0.5, identical: false };
    expect(alignTexts([5, 6], [5, 6, 7, 8])).toEqual(expected);
    expect(alignTexts([5, 6, 7, 8], [5, 6])).toEqual(expected);
    expect(alignTexts([], [5])).toMatchObject({ firstDivergence: null, commonTokens: 0, commonShare: 0 });
  });

  it("is all in common for identical texts, in any kind of list", () => {
    const expected = { firstDivergence: null, commonTokens: 3, commonShare: 1, identical: true };
    expect(alignTexts([1, 2, 3], Int32Array.of(1, 2, 3))).toEqual(expected);
  });

  it("does not come together again behind a difference", () => {
    expect(alignTexts([1, 2, 3, 4], [9, 2, 3, 4]).commonTokens).toBe(0);
  });

  it("is the same both ways", () => {
    const [a, b] = [
      [1, 2, 3, 4, 5],
      [1, 2, 4],
    ];
    expect(alignTexts(a, b)).toEqual(alignTexts(b, a));
  });

  it("has no share of two empty texts", () => {
    expect(alignTexts([], [])).toEqual({ firstDivergence: null, commonTokens: 0, commonShare: null, identical: true });
  });
});

describe("summarizeDivergence", () => {
  it("counts identical texts and averages what is in common", () => {
    const texts = [alignTexts([1, 2], [1, 2]), alignTexts([1, 2, 3, 4], [1, 9, 3, 4]), alignTexts([], [])];
    const summary = summarizeDivergence(texts);
    expect(summary).toMatchObject({ n: 2, identical: 1, identicalShare: 0.5, empty: 1 });
    expect(summary).toMatchObject({ meanCommonShare: 0.625, medianCommonTokens: 1.5 });
    // statsmodels, Wilson of 1 of 2.
    expect(summary.identicalInterval!.low).toBeCloseTo(0.0945, 4);
    expect(summary.identicalInterval!.high).toBeCloseTo(0.9055, 4);
  });

  it("is null throughout without texts", () => {
    expect(summarizeDivergence([])).toEqual({
      n: 0,
      identical: 0,
      identicalShare: null,
      identicalInterval: null,
      meanCommonShare: null,
      medianCommonTokens: null,
      empty: 0,
    });
  });
});
