import { describe, expect, it } from "vitest";
import {
  choiceWords,
  duplicatesWarning,
  importProblem,
  isUpload,
  letterOf,
  promptPieces,
  resolutionsOf,
  setLine,
} from "../../../src/renderer/views/questions/question-words.ts";

describe("resolutionsOf", () => {
  it("grows coarser with the share that flips, and finer with the questions", () => {
    const few = resolutionsOf(163).map(({ points }) => points!);
    const many = resolutionsOf(1600).map(({ points }) => points!);
    expect(few).toEqual(few.toSorted((a, b) => a - b));
    few.forEach((points, index) => {
      expect(points).toBeGreaterThan(many[index]!);
    });
    // By hand: 196 * sqrt((16.3 + 2) / 165 / 165), Bonett and Price's two added pairs among them.
    expect(few[1]).toBeCloseTo(5.081, 3);
  });

  it("says how many questions would show a loss below one point, whatever the set holds", () => {
    expect(resolutionsOf(10).map(({ needed }) => needed)).toEqual(resolutionsOf(1600).map(({ needed }) => needed));
  });

  it("knows nothing of a set without questions", () => {
    expect(resolutionsOf(0).every(({ points }) => points === null)).toBe(true);
  });
});

describe("a set with duplicated questions", () => {
  const content = { sha256: "0", bytes: 1, count: 1200, subjects: [], choices: { min: 4, max: 4 }, duplicates: 0 };
  const set = { name: "s", file: "/s.csv", bundled: false, addedAt: null, present: true, problem: null };

  it("says so in the list, and why it matters where it is shown", () => {
    const twice = { ...content, duplicates: 1 };
    expect(setLine({ ...set, content: twice })).toBe("1,200 questions · 4 choices · 1 duplicated");
    expect(duplicatesWarning(twice)).toMatch(
      /^1 of 1,200 questions repeats another one: they count twice, .* too narrow\. /,
    );
  });

  it("is not made of one without", () => {
    expect(setLine({ ...set, content })).toBe("1,200 questions · 4 choices");
    expect(duplicatesWarning(content)).toBeNull();
  });
});

describe("isUpload", () => {
  it("knows the copy of an upload from a file that the user has in or beside the data folder", () => {
    expect(isUpload("/data/lab/questions/set.csv", "/data/lab")).toBe(true);
    expect(isUpload("C:\\lab\\questions\\set.csv", "C:\\lab")).toBe(true);
    expect(isUpload("/data/lab/set.csv", "/data/lab")).toBe(false);
    expect(isUpload("/data/lab-2/questions/set.csv", "/data/lab")).toBe(false);
  });
});

describe("importProblem", () => {
  it("names row and reason", () => {
    const details = { file: "bad.csv", row: "line 12", reason: "the answer E is none of A to D" };
    const problem = importProblem({ code: "QUESTIONS_INVALID", message: "all of it", details });
    expect(problem).toEqual({ place: "Line 12", reason: details.reason });
  });

  it("gives the message where the whole file is meant", () => {
    const problem = importProblem({ code: "QUESTIONS_INVALID", message: "it holds no questions.", details: {} });
    expect(problem).toEqual({ place: null, reason: "it holds no questions." });
  });
});

describe("promptPieces", () => {
  it("loses no character", () => {
    const prompt = "<|im_start|>user\n  Which?  \nA. x\n\nAnswer: <|im_end|>\n";
    expect(
      promptPieces(prompt)
        .map(({ text }) => text)
        .join(""),
    ).toBe(prompt);
  });

  it("finds special tokens, spaces at the ends of lines, and line ends", () => {
    const pieces = promptPieces("<s>a b \n c<|end|>").map(({ kind, text }) => `${kind}:${text}`);
    expect(pieces).toEqual(["special:<s>", "text:a b", "space: ", "end:\n", "space: ", "text:c", "special:<|end|>"]);
  });

  it("takes a comparison and a tag of text for text", () => {
    expect(promptPieces("1 < 2 and <b>x</b>")).toEqual([{ kind: "text", text: "1 < 2 and <b>x</b>" }]);
  });

  it("shows the space that a scored letter begins with", () => {
    expect(promptPieces(" A").map(({ kind }) => kind)).toEqual(["space", "text"]);
  });
});

describe("letterOf", () => {
  it("goes on with numbers behind Z", () => {
    expect([0, 25, 26].map(letterOf)).toEqual(["A", "Z", "27"]);
  });
});

describe("choiceWords", () => {
  it("gives one number or a range", () => {
    expect(choiceWords({ min: 4, max: 4 })).toBe("4 choices");
    expect(choiceWords({ min: 2, max: 5 })).toBe("2 to 5 choices");
  });
});
