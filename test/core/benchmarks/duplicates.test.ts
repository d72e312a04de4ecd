import { describe, expect, it } from "vitest";
import { demoResources } from "#core/app/files/resources.ts";
import { findDuplicates } from "#core/benchmarks/duplicates.ts";
import { loadQuestionSet } from "#core/benchmarks/question-set.ts";

type Words = readonly [question: string, ...choices: string[]];

/** Ids as a file gives them: q1, q2 ... */
const duplicates = (...questions: Words[]): Record<string, string> =>
  findDuplicates(questions.map(([question, ...choices], index) => ({ id: `q${index + 1}`, question, choices })));

describe("findDuplicates", () => {
  it("finds every repetition, and names the first", () => {
    const [even, odd]: Words[] = [
      ["Which is even?", "1", "2"],
      ["Which is odd?", "1", "2"],
    ];
    expect(duplicates(even!, odd!, even!, odd!, even!)).toEqual({ q3: "q1", q4: "q2", q5: "q1" });
  });

  it("knows choices in another order", () => {
    expect(duplicates(["Which?", "a", "b", "c"], ["Which?", "c", "a", "b"])).toEqual({ q2: "q1" });
  });

  it("does not look at white space, nor at how accents are encoded", () => {
    expect(duplicates(["Who is  Zoë?", "a", "b "], [" Who\u00a0is\nZoe\u0308?", "\ta", "b"])).toEqual({ q2: "q1" });
  });

  it.each<[string, Words, Words]>([
    ["another text", ["Which?", "a", "b"], ["What?", "a", "b"]],
    ["other choices", ["Which?", "a", "b"], ["Which?", "a", "c"]],
    ["one choice more", ["Which?", "a", "b"], ["Which?", "a", "b", "b"]],
    ["choices that only look alike when joined", ["Which?", "a", "b, c"], ["Which?", "a, b", "c"]],
    ["capitals", ["What is mg?", "a", "b"], ["What is Mg?", "a", "b"]],
    ["an exponent", ["What is 3²?", "a", "b"], ["What is 32?", "a", "b"]],
  ])("tells questions apart by %s", (_, one, other) => {
    expect(duplicates(one, other)).toEqual({});
  });
});

describe("the bundled questions", () => {
  it("are 5,000, each asked once, of eight subjects, with right answers at all places alike", async () => {
    const { questions } = await loadQuestionSet(demoResources().questions);
    expect(questions).toHaveLength(5000);
    expect(findDuplicates(questions)).toEqual({});
    const facts = questions.map(({ question, choices, answer }) => `${question}\n${choices[answer]}`);
    expect(new Set(facts).size).toBe(5000);
    const bySubject = Map.groupBy(questions, ({ subject }) => subject);
    expect([...bySubject.values()].map((of) => of.length)).toEqual([650, 650, 650, 650, 650, 450, 650, 650]);
    for (const place of [0, 1, 2, 3]) {
      const share = questions.filter(({ answer }) => answer === place).length / questions.length;
      expect(Math.abs(share - 0.25)).toBeLessThan(0.01);
    }
  });
});
