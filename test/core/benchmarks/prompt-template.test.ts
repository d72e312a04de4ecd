import { describe, expect, it } from "vitest";
import {
  choiceCharacters,
  continuations,
  parseLetter,
  subjectOf,
  writePrompt,
} from "#core/benchmarks/prompt-template.ts";
import type { Question } from "#core/benchmarks/question-set.ts";

const question: Question = {
  id: "q1",
  subject: "high_school_physics",
  question: "What falls?",
  choices: ["a stone", "light", "time", "prices"],
  answer: 0,
};

const other: Question = { ...question, id: "q2", question: "What rises?", choices: ["a stone", "warm air"], answer: 1 };

describe("writePrompt", () => {
  it("is MMLU's prompt, to the letter", () => {
    expect(writePrompt("mmlu", question, [], "high school physics")).toBe(
      "The following are multiple choice questions (with answers) about high school physics.\n\nWhat falls?\nA. a stone\nB. light\nC. time\nD. prices\nAnswer:",
    );
  });

  it("is ARC's prompt, to the letter, without a subject", () => {
    expect(writePrompt("question-answer", question, [], "physics")).toBe("Question: What falls?\nAnswer:");
  });

  it("puts solved questions in front, MMLU's header once", () => {
    expect(writePrompt("mmlu", question, [other, other], "art")).toBe(
      "The following are multiple choice questions (with answers) about art.\n\n" +
        "What rises?\nA. a stone\nB. warm air\nAnswer: B\n\n".repeat(2) +
        "What falls?\nA. a stone\nB. light\nC. time\nD. prices\nAnswer:",
    );
    expect(writePrompt("question-answer", question, [other], "art")).toBe(
      "Question: What rises?\nAnswer: warm air\n\nQuestion: What falls?\nAnswer:",
    );
  });

  it("leaves white space around MMLU's question out, and keeps that of choices", () => {
    const padded = { ...question, question: "  Two\nlines? \n", choices: [" x", "y "] };
    expect(writePrompt("mmlu", padded, [], "art")).toBe(
      "The following are multiple choice questions (with answers) about art.\n\nTwo\nlines?\nA.  x\nB. y \nAnswer:",
    );
    expect(writePrompt("question-answer", padded, [], "art")).toBe("Question:   Two\nlines? \n\nAnswer:");
  });

  it("letters up to 26 choices", () => {
    const many = { ...question, choices: Array.from({ length: 26 }, (_, index) => `c${index}`) };
    expect(writePrompt("mmlu", many, [], "art").split("\n").slice(-2)).toEqual(["Z. c25", "Answer:"]);
  });
});

describe("continuations", () => {
  it("are letters or texts behind a space", () => {
    expect(continuations("mmlu", question)).toEqual([" A", " B", " C", " D"]);
    expect(continuations("question-answer", other)).toEqual([" a stone", " warm air"]);
  });
});

describe("choiceCharacters", () => {
  it("counts code points without the leading space", () => {
    expect(choiceCharacters("question-answer", { ...other, choices: ["a stone", "\u{1F600}é"] })).toEqual([7, 2]);
  });

  it("is null where choices are letters", () => {
    expect(choiceCharacters("mmlu", question)).toBeNull();
  });
});

describe("subjectOf", () => {
  it("is the spec's before the question's before the file name's", () => {
    expect(subjectOf(question, "virology_test", "anatomy_basics")).toBe("anatomy basics");
    expect(subjectOf(question, "virology_test", undefined)).toBe("high school physics");
    expect(subjectOf({ ...question, subject: null }, "virology_test", undefined)).toBe("virology");
    expect(subjectOf({ ...question, subject: null }, "mmlu-virology", undefined)).toBe("virology");
  });
});

describe("parseLetter", () => {
  it.each([
    [" B", 1],
    ["B.", 1],
    ["B", 1],
    ["\nB\n\nThe following", 1],
    ["(B)", 1],
    ["[B]", 1],
    ["**B**", 1],
    ["`B`", 1],
    ["'B'", 1],
    ["B: caesium", 1],
    ["B, because", 1],
    [" B. caesium", 1],
    ["B caesium", 1],
    ["A", 0],
    ["A. stone", 0],
    ["A) a stone", 0],
    ["A is right", 0],
    ["A\nthe next", 0],
    ["Answer: B", 1],
    ["answer: B", 1],
    ["Answer : B", 1],
    ["**Answer: B**", 1],
    ["**Answer:** B", 1],
    ["The answer is C.", 2],
    ["The answer is: C", 2],
    ["The answer is (C)", 2],
    ["The correct answer is **D**", 3],
    ["The best answer is option D", 3],
    ["The final answer is A because", 0],
    ["Option C", 2],
    ["Answer: Choice C", 2],
  ])("reads %j", (text, index) => {
    expect(parseLetter(text, 4)).toBe(index);
  });

  it.each([
    [""],
    [" "],
    ["a dog"],
    ["b"],
    ["A dog barks"],
    ["A good answer would be B"],
    ["I think B"],
    ["Because"],
    ["E"],
    ["The answer is E"],
    ["The answer is unclear"],
    ["The answer"],
    ["Answering: B"],
    ["Both A and B"],
    ["B2"],
    ["BC"],
    ["A's"],
    ["A\u2019s"],
    ["B-cells"],
    ["B\u00e4r"],
    ["\u212Aelvin"],
    ["1"],
    ["\u0412"],
  ])("is a format failure: %j", (text) => {
    expect(parseLetter(text, 4)).toBeNull();
  });

  it("does not take the word I for the ninth choice", () => {
    expect(parseLetter("I think B", 10)).toBeNull();
    expect(parseLetter("I", 10)).toBe(8);
    expect(parseLetter("I.", 10)).toBe(8);
    expect(parseLetter("\u212A", 26)).toBeNull();
  });

  it("knows how many choices there are", () => {
    expect(parseLetter("E", 5)).toBe(4);
    expect(parseLetter("C", 2)).toBeNull();
    expect(parseLetter("Z", 26)).toBe(25);
  });

  it("is quick on long and hostile texts", () => {
    // So long that a pattern that goes back over them for each character would outlast the test's time.
    expect(parseLetter(" ".repeat(2_000_000) + "x", 4)).toBeNull();
    expect(parseLetter("answer ".repeat(300_000) + "x", 4)).toBeNull();
  });
});
