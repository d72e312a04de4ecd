import { describe, expect, it } from "vitest";
import type { Answer } from "#shared/results.ts";
import {
  askedIds,
  duplicatesAmong,
  type QuestionNotesInput,
  questionNotes,
  subjectsText,
} from "#shared/verdict/question-notes.ts";
import { fp32, int4, predictions, tokens } from "../compare/cells.ts";

/** `count` questions, q1 and so on, answered by both cells; `cut` tokens were cut from those of these numbers. */
function pairs(count: number, cut: Readonly<Record<number, number>> = {}): QuestionNotesInput["pairs"] {
  const answers = predictions(Array<number>(count).fill(0)).map((answer, index): Answer => ({
    ...answer,
    cutTokens: cut[index + 1] ?? 0,
  }));
  return answers.map((answer) => [answer, answer]);
}

describe("questionNotes", () => {
  const none = { subjects: {}, duplicates: {} };

  it("has nothing to say of questions without subjects, each asked once and whole", () => {
    expect(questionNotes({ pairs: pairs(3), questionSet: none })).toEqual([]);
    expect(questionNotes({ pairs: pairs(3), questionSet: null })).toEqual([]);
    expect(questionNotes({ pairs: [], questionSet: { ...none, duplicates: { q2: "q1" } } })).toEqual([]);
  });

  it("counts the subjects of what was asked, not of the whole set", () => {
    const subjects = { q1: "logic", q2: "law", q3: "law", q9: "history" };
    expect(questionNotes({ pairs: pairs(3), questionSet: { ...none, subjects } })).toEqual([
      "asked: 3 questions of 2 subjects, 1 to 2 each",
    ]);
  });

  it("says how many questions count twice, and what that does", () => {
    const duplicates = { q2: "q1", q4: "q1", q900: "q3" };
    expect(questionNotes({ pairs: pairs(4), questionSet: { ...none, duplicates } })).toEqual([
      "2 of 4 questions repeat another one: they count twice, so that the interval comes out too narrow",
    ]);
  });

  it("says how many prompts were cut, and by how much at most", () => {
    expect(questionNotes({ pairs: pairs(1500, { 2: 1, 1200: 1034 }), questionSet: none })).toEqual([
      "cut to fit the model: 2 of 1,500 prompts, which lost up to 1,034 tokens at their beginning",
    ]);
  });

  it("knows results of older versions, which did not look for duplicates", () => {
    expect(questionNotes({ pairs: pairs(2), questionSet: { subjects: {} } })).toEqual([]);
  });
});

describe("duplicatesAmong", () => {
  it("counts only questions whose other is among them, whether that is the first or not", () => {
    const duplicates = { q5: "q1", q6: "q1", q8: "q7" };
    expect(duplicatesAmong(["q5", "q6", "q8"], duplicates)).toBe(1);
    expect(duplicatesAmong(["q1", "q5", "q6", "q7"], duplicates)).toBe(2);
    expect(duplicatesAmong(["q1", "q7"], duplicates)).toBe(0);
  });
});

describe("subjectsText", () => {
  it.each([
    ["2 subjects, 2 each", { q1: "a", q2: "a", q3: "b", q4: "b" }],
    ["2 subjects, 1 to 3 each", { q1: "a", q2: "a", q3: "a", q4: "b" }],
    ["1 subject", { q1: "a", q2: "a", q3: "a", q4: "a" }],
    ["2 subjects, 1 each, and 2 questions of none", { q1: "a", q3: "b" }],
    [null, {}],
  ])("is %s", (text, subjects) => {
    expect(subjectsText(["q1", "q2", "q3", "q4"], subjects as Record<string, string>)).toBe(text);
  });
});

describe("askedIds", () => {
  it("takes the benchmark's questions, else those of the next tokens, of the first cell that got any", () => {
    const result = { mode: "loglikelihood" as const, accuracy: 1, normalizedAccuracy: null, wordsPerMinute: null };
    const answered = int4({ benchmark: [{ ...result, answers: predictions([0, 1, 2]) }] });
    const told = fp32({ tokens: tokens([[1], [2]]) });
    expect(askedIds([told, answered])).toEqual(["q1", "q2", "q3"]);
    expect(askedIds([fp32(), told])).toEqual(["q1", "q2"]);
    expect(askedIds([fp32()])).toEqual([]);
  });
});
