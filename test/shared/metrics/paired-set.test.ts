import { describe, expect, it } from "vitest";
import { pairedQuestions } from "#shared/metrics/paired-set.ts";

describe("pairedQuestions", () => {
  it("keeps what every variant answered", () => {
    expect(
      pairedQuestions([
        [0, 1, null, 3],
        [0, null, 2, 3],
        [0, 1, 2, 0],
      ]),
    ).toEqual([0, 3]);
  });

  it("counts answer 0 and an empty letter as answers", () => {
    expect(pairedQuestions([[0, ""]])).toEqual([0, 1]);
  });

  it("is empty without variants or questions", () => {
    expect(pairedQuestions([])).toEqual([]);
    expect(pairedQuestions([[], []])).toEqual([]);
  });

  it("refuses variants of two lengths", () => {
    expect(() => pairedQuestions([[1], [1, 2]])).toThrow(RangeError);
  });
});
