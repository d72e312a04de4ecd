import { describe, expect, it } from "vitest";
import { accuracy, chanceLevel } from "#shared/metrics/accuracy.ts";

// The worked example's answers; the right one is always 0.
const right = (predicted: readonly number[]): boolean[] => predicted.map((answer) => answer === 0);
const reference = right([0, 0, 0, 0, 0, 0, 0, 1, 1, 2]);

describe("accuracy", () => {
  it("is 7 and 6 of 10", () => {
    expect(accuracy(reference)).toMatchObject({ correct: 7, n: 10, total: 10, share: 0.7 });
    expect(accuracy(right([0, 0, 0, 0, 0, 1, 2, 0, 1, 3]))).toMatchObject({ correct: 6, share: 0.6 });
  });

  it("has Wilson's interval", () => {
    const { interval } = accuracy(reference);
    expect(interval?.low).toBeCloseTo(0.3968, 4);
    expect(interval?.high).toBeCloseTo(0.8922, 4);
  });

  it("says n of N when answers are invalid", () => {
    expect(accuracy([true, null, false])).toMatchObject({ correct: 1, n: 2, total: 3, share: 0.5 });
  });

  it("is null when no answer is valid", () => {
    expect(accuracy([null, null])).toEqual({ correct: 0, n: 0, total: 2, share: null, interval: null });
    expect(accuracy([])).toMatchObject({ n: 0, total: 0, share: null });
  });
});

describe("chanceLevel", () => {
  it("is the mean of one over the choices", () => {
    expect(chanceLevel([4, 4, 4])).toBe(0.25);
    expect(chanceLevel([2, 4])).toBe(0.375);
  });

  it("is null without questions", () => {
    expect(chanceLevel([])).toBeNull();
  });

  it("refuses a question without choices", () => {
    expect(() => chanceLevel([4, 0])).toThrow(RangeError);
    expect(() => chanceLevel([Number.NaN])).toThrow(RangeError);
  });
});
