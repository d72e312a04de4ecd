import { describe, expect, it } from "vitest";
import { readJsonlQuestions, readJsonQuestions } from "#core/benchmarks/read-json.ts";

const json = (value: unknown): ReturnType<typeof readJsonQuestions> =>
  readJsonQuestions(Buffer.from(typeof value === "string" ? value : JSON.stringify(value)), "set.json");
const jsonl = (text: string): ReturnType<typeof readJsonlQuestions> =>
  readJsonlQuestions(Buffer.from(text), "set.jsonl");
const refused = (text: string): unknown =>
  expect.objectContaining({ code: "QUESTIONS_INVALID", message: expect.stringContaining(text) as string });
const good = { question: "q", choices: ["a", "b"], answer: 0 };
const line = JSON.stringify(good);

describe("readJsonQuestions", () => {
  it("reads a list of questions", () => {
    expect(
      json([
        { ...good, subject: " art " },
        { ...good, answer: "B" },
      ]),
    ).toEqual([
      { subject: "art", question: "q", choices: ["a", "b"], answer: 0 },
      { subject: null, question: "q", choices: ["a", "b"], answer: 1 },
    ]);
  });

  it("takes numbers as choices, and an index as text", () => {
    expect(json([{ question: "q", choices: [1, 2.5], answer: "1" }])).toMatchObject([
      { choices: ["1", "2.5"], answer: 1 },
    ]);
  });

  it("reads past a byte order mark", () => {
    expect(json(`\uFEFF[${line}]`)).toHaveLength(1);
  });

  it("keeps numbers as they are written, and takes truth values, letters and labelled texts as choices", () => {
    const text = '[{"question": "q", "choices": [12345678901234567890, 1.50, 1e5, true], "answer": 1, "subject": 7}]';
    expect(readJsonQuestions(Buffer.from(text), "set.json")).toEqual([
      { subject: "7", question: "q", choices: ["12345678901234567890", "1.50", "1e5", "true"], answer: 1 },
    ]);
    for (const choices of [
      { A: "x", B: "y" },
      { B: "y", A: "x" },
      { text: ["x", "y"], label: ["0", "1"] },
    ]) {
      expect(json([{ ...good, choices, answer: 1 }])[0]).toMatchObject({ choices: ["x", "y"], answer: 1 });
    }
    // A label is what the answer names, not a place: "1" is the first of these.
    const labelled = { ...good, choices: { text: ["x", "y"], label: ["1", "2"] } };
    expect(json([{ ...labelled, answer: "1" }])[0]).toMatchObject({ answer: 0 });
    expect(() => json([{ ...labelled, answer: "0" }])).toThrow(refused("item 1: the answer"));
  });

  it.each<[unknown, string]>([
    [{ data: [good] }, "set.json holds no list of questions"],
    ["{", "set.json: the file: it is not valid JSON"],
    ["", "set.json: the file: it is not valid JSON"],
    [[good, null], "item 2: it is no object"],
    [[[good]], "item 1: it is no object"],
    [[good, { ...good, question: 3 }], "item 2: the question is empty"],
    [[{ ...good, question: "  " }], "item 1: the question is empty"],
    [[{ ...good, choices: "ab" }], "item 1: choices is not a list"],
    [[{ ...good, choices: { first: "a", second: "b" } }], "item 1: choices is not a list"],
    [
      [{ ctx: "q", endings: ["a"], label: 0 }],
      'item 1: it has no "question" and "choices" and "answer", which a question needs; its keys are ctx, endings, label',
    ],
    [[{ ...good, choices: ["a", null] }], "item 1: choice B is not a text"],
    [[{ ...good, choices: ["a"] }], "item 1: it has 1 choices"],
    [[{ ...good, choices: Array.from({ length: 27 }, String) }], "item 1: it has 27 choices; 2 to 26 are allowed"],
    [[{ ...good, choices: Array.from({ length: 30 }, () => null) }], "item 1: it has 30 choices"],
    [[{ ...good, answer: 2 }], 'item 1: the answer "2" is none of the 2 choices'],
    [[{ ...good, answer: 0.5 }], 'item 1: the answer "0.5"'],
    [[{ ...good, answer: true }], "item 1: the answer is missing"],
    [[{ ...good, subject: ["x"] }], "item 1: the subject is not a text; write one text, or leave it out"],
    [[{ ...good, subject: { name: "x" } }], "item 1: the subject is not a text"],
    [
      [{ ...good, answer: undefined }],
      'item 1: it has no "answer", which a question needs; its keys are question, choices',
    ],
  ])("refuses %j", (value, text) => {
    expect(() => json(value)).toThrow(refused(text));
  });
});

describe("a text that is nested 100,000 deep", () => {
  const deep = `${"[".repeat(1e5)}${"]".repeat(1e5)}`;

  it("is refused as such, by line where there are lines", () => {
    const read = (bytes: string): unknown => readJsonQuestions(Buffer.from(bytes), "set.json");
    expect(() => read(deep)).toThrow(refused("set.json: the file: it is nested too deeply"));
    expect(() => jsonl(`${line}\n${deep}\n`)).toThrow(refused("set.jsonl: line 2: it is nested too deeply"));
  });
});

describe("readJsonlQuestions", () => {
  it("reads a question a line, skips empty lines and takes CRLF", () => {
    expect(jsonl(`${line}\r\n\r\n${line}\r\n`)).toHaveLength(2);
  });

  it("reads past a byte order mark", () => {
    expect(jsonl(`\uFEFF${line}\n`)).toMatchObject([{ question: "q" }]);
  });

  it("keeps line separators inside of a text", () => {
    expect(jsonl(JSON.stringify({ ...good, question: "a\u2028b\nc" }))[0]!.question).toBe("a\u2028b\nc");
  });

  it.each([
    [`${line}\n\n{"question": `, "set.jsonl: line 3: it is not valid JSON"],
    [`${line}\n${line},\n`, "set.jsonl: line 2: it is not valid JSON"],
    [`${line}\n[${line}]\n`, "set.jsonl: line 2: it is no object"],
    [`${line}\n"text"\n`, "set.jsonl: line 2: it is no object"],
    [
      `${line}\n{}\n`,
      'set.jsonl: line 2: it has no "question" and "choices" and "answer", which a question needs; its keys are none',
    ],
  ])("refuses %j by line", (text, message) => {
    expect(() => jsonl(text)).toThrow(refused(message));
  });
});
