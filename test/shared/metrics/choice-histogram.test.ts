import { describe, expect, it } from "vitest";
import { choiceHistogram } from "#shared/metrics/choice-histogram.ts";

describe("choiceHistogram", () => {
  it("counts each letter and names the most common", () => {
    const histogram = choiceHistogram([0, 1, 1, 3, null, 1], 4);
    expect(histogram).toEqual({ counts: [1, 3, 0, 1], n: 5, mostCommon: 1, share: 0.6, biased: false });
  });

  it("is biased where the share is surely above 60 %", () => {
    const answers = (twos: number, n: number): number[] =>
      Array.from({ length: n }, (_, index) => (index < twos ? 2 : 0));
    expect(choiceHistogram(answers(3, 4), 3)).toMatchObject({ mostCommon: 2, share: 0.75, biased: false });
    expect(choiceHistogram(answers(75, 100), 3)).toMatchObject({ mostCommon: 2, share: 0.75, biased: true });
    expect(choiceHistogram(answers(62, 100), 3).biased).toBe(false);
  });

  it("takes the first of equals", () => {
    expect(choiceHistogram([1, 0], 2).mostCommon).toBe(0);
  });

  it("has no share without valid answers", () => {
    expect(choiceHistogram([null], 2)).toEqual({ counts: [0, 0], n: 0, mostCommon: null, share: null, biased: false });
  });

  it("refuses a choice that does not exist", () => {
    expect(() => choiceHistogram([4], 4)).toThrow("Choice 4 does not exist among 4.");
    expect(() => choiceHistogram([-1], 4)).toThrow(RangeError);
    expect(() => choiceHistogram([], 0)).toThrow(RangeError);
  });
});
