import { describe, expect, it } from "vitest";
import { countWords, wordsPerMinute } from "#shared/metrics/words-per-minute.ts";

describe("countWords", () => {
  it.each([
    ["The quick brown fox.", 4],
    ["Hello, world! It's 3.5 o'clock.", 5],
    ["state-of-the-art", 4],
    ["", 0],
  ])("of %j is %i", (text, words) => {
    expect(countWords(text)).toBe(words);
  });

  it("uses a dictionary where words are not spaced", () => {
    expect(countWords("我喜欢读书。", "zh")).toBe(3);
  });

  it("is 0 for punctuation and white space", () => {
    expect(countWords(" \n\t... — !?")).toBe(0);
  });

  it("refuses a malformed locale", () => {
    expect(() => countWords("text", "not a locale")).toThrow(RangeError);
  });
});

describe("wordsPerMinute", () => {
  it("of 48 words in 564 ms is 5106.4", () => {
    expect(wordsPerMinute(48, 564)).toBeCloseTo(5106.4, 1);
  });

  it("is 0 without words", () => {
    expect(wordsPerMinute(0, 500)).toBe(0);
  });

  it("is null when no time passed", () => {
    expect(wordsPerMinute(5, 0)).toBeNull();
  });

  it("refuses negative, infinite and NaN values", () => {
    expect(() => wordsPerMinute(-1, 10)).toThrow(RangeError);
    expect(() => wordsPerMinute(1, -10)).toThrow(RangeError);
    expect(() => wordsPerMinute(1, Infinity)).toThrow(RangeError);
    expect(() => wordsPerMinute(Number.NaN, 10)).toThrow(RangeError);
  });
});
