import { describe, expect, it } from "vitest";
import type { Flip } from "#shared/api.ts";
import { flipCsvRows, flipsShown, letter } from "../../../src/renderer/views/result/flips.ts";
import { splitText } from "../../../src/renderer/views/result/split-text.ts";

function flip(questionId: string, kind: Flip["kind"], extra: Partial<Flip> = {}): Flip {
  return {
    questionId,
    kind,
    mode: "loglikelihood",
    subject: "virology",
    question: "Which virus is it?",
    choices: ["Measles", "Polio"],
    answer: 0,
    reference: { predicted: 0, formatFailure: false, choiceLogprobs: [-0.25, -2], text: null },
    candidate: { predicted: 1, formatFailure: false, choiceLogprobs: [-1.5, null], text: null },
    ...extra,
  };
}

describe("flipsShown", () => {
  const flips = [flip("q1", "rightToWrong"), flip("q2", "wrongToRight", { subject: null, question: "And the moon?" })];

  it("keeps those of a kind", () => {
    expect(flipsShown(flips, "wrongToRight", "")).toEqual([flips[1]]);
    expect(flipsShown(flips, "wrongToOtherWrong", "")).toEqual([]);
    expect(flipsShown(flips, "all", "  ")).toBe(flips);
  });

  it("finds every word anywhere, in any order and case", () => {
    expect(flipsShown(flips, "all", "POLIO virology")).toEqual([flips[0]]);
    expect(flipsShown(flips, "all", "q2 moon")).toEqual([flips[1]]);
    expect(flipsShown(flips, "all", "virology moon")).toEqual([]);
  });
});

describe("letter", () => {
  it("names a choice, and dashes where there is none", () => {
    expect([letter(0), letter(25), letter(null), letter(-1)]).toEqual(["A", "Z", "–", "–"]);
  });
});

describe("flipCsvRows", () => {
  it("has both answers and every log-probability, empty where there is none", () => {
    const [header, row] = flipCsvRows([flip("q1", "rightToWrong")], "fp32@cpu", "int4@cpu");
    expect(header!.slice(5, 8)).toEqual(["right answer", "fp32@cpu", "int4@cpu"]);
    expect(header!.at(-1)).toBe("int4@cpu log-probability B (nats)");
    expect(row!.slice(5)).toEqual(["A", "A", "B", -0.25, -2, -1.5, null]);
  });

  it("is a header alone where there are no flips", () => {
    expect(flipCsvRows([], "a", "b")).toHaveLength(1);
  });
});

describe("splitText", () => {
  it("marks the whole word in which the texts part", () => {
    expect(splitText("one to go", 5)).toEqual({ same: "one ", word: "to", rest: " go" });
    expect(splitText("one two", 4)).toEqual({ same: "one ", word: "two", rest: "" });
  });

  it("takes the next word where the texts part at a space", () => {
    expect(splitText("one  two three", 3)).toEqual({ same: "", word: "one", rest: "  two three" });
    expect(splitText("one two", 0)).toEqual({ same: "", word: "one", rest: " two" });
  });

  it("marks nothing behind the end, and stands an empty text", () => {
    expect(splitText("", 0)).toEqual({ same: "", word: "", rest: "" });
    const { same, word, rest } = splitText("all the same ", 13);
    expect([same, word, rest]).toEqual(["all the same ", "", ""]);
  });
});
