import { describe, expect, it } from "vitest";
import { usedLength } from "#shared/metrics/logits-row.ts";

describe("usedLength", () => {
  it("is the whole row without a vocabulary, else the vocabulary", () => {
    expect(usedLength(new Float32Array(8), undefined)).toBe(8);
    expect(usedLength([1, 2, 3], 2)).toBe(2);
  });

  it("refuses a vocabulary that does not fit", () => {
    expect(() => usedLength([1, 2, 3], 4)).toThrow("A vocabulary of 4 does not fit a row of 3 logits.");
    for (const size of [-1, 1.5, Number.NaN]) expect(() => usedLength([1, 2, 3], size)).toThrow(RangeError);
  });
});
