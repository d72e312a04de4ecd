import { describe, expect, it } from "vitest";
import { decidesWords } from "../../../src/renderer/views/result/decides.ts";

const wholeOf = (asked: number, more: number): number =>
  Number(/of about ([\d,]+) /.exec(decidesWords(asked, more))![1]!.replaceAll(",", ""));

describe("decidesWords", () => {
  it("rounds upwards to two digits", () => {
    expect(decidesWords(163, 37_200)).toBe("163 of about 38,000 questions that decide in four of five cases");
    expect(decidesWords(5, 4)).toContain("of about 9 questions");
    expect(decidesWords(0, 0)).toContain("0 of about 0 questions");
  });

  it("never promises less than is missing", () => {
    for (const more of [1, 99, 101, 1499, 37_337, 999_999])
      expect(wholeOf(163, more)).toBeGreaterThanOrEqual(163 + more);
  });
});
