import { describe, expect, it } from "vitest";
import type { Question } from "#core/benchmarks/question-set.ts";
import { sampleQuestions } from "#core/benchmarks/sample.ts";

/** Questions whose subjects have these sizes, mixed. */
function questions(sizes: Readonly<Record<string, number>>): Question[] {
  const subjects = Object.entries(sizes).flatMap(([subject, size]) =>
    Array.from({ length: size }, (_, i) => ({ subject, i })),
  );
  subjects.sort((a, b) => a.i - b.i);
  return subjects.map(({ subject }, index) => ({
    id: `q${index + 1}`,
    subject: subject === "none" ? null : subject,
    question: "?",
    choices: ["a", "b"],
    answer: 0,
  }));
}

const ids = (asked: readonly Question[]): number[] => asked.map(({ id }) => Number(id.slice(1)));
const perSubject = (asked: readonly Question[]): Record<string, number> =>
  Object.fromEntries(
    Object.entries(Object.groupBy(asked, ({ subject }) => subject ?? "none")).map(([key, all]) => [key, all!.length]),
  );
const hundred = questions({ a: 100 });

describe("sampleQuestions", () => {
  it("asks all without a limit, and with one that is no limit", () => {
    expect(sampleQuestions(hundred, undefined)).toEqual(hundred);
    expect(sampleQuestions(hundred, { limit: 100, seed: 1 })).toEqual(hundred);
    expect(sampleQuestions(hundred, { limit: 5000, seed: 1, stratifyBy: "subject" })).toEqual(hundred);
  });

  it("draws without replacement, in the order of the file", () => {
    const drawn = ids(sampleQuestions(hundred, { limit: 30, seed: 3 }));
    expect(drawn).toHaveLength(30);
    expect(new Set(drawn).size).toBe(30);
    expect(drawn).toEqual([...drawn].sort((a, b) => a - b));
  });

  it("draws the same for the same seed, something else for another", () => {
    const draw = (seed: number): number[] => ids(sampleQuestions(hundred, { limit: 30, seed }));
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  it("favours no question", () => {
    const counts = new Array<number>(20).fill(0);
    for (let seed = 0; seed < 2000; seed++)
      for (const id of ids(sampleQuestions(hundred.slice(0, 20), { limit: 5, seed }))) counts[id - 1]! += 1;
    // 500 expected each, standard deviation 19.4.
    expect(Math.min(...counts)).toBeGreaterThan(410);
    expect(Math.max(...counts)).toBeLessThan(590);
  });

  it("gives each subject its share", () => {
    const all = questions({ a: 60, b: 30, c: 10 });
    const asked = sampleQuestions(all, { limit: 20, seed: 1, stratifyBy: "subject" });
    expect(perSubject(asked)).toEqual({ a: 12, b: 6, c: 2 });
    expect(ids(asked)).toEqual(ids(asked).sort((a, b) => a - b));
  });

  it("rounds the largest remainders up, and asks exactly the limit", () => {
    // 7 of 10: exact shares 4.2, 2.1, 0.7.
    const all = questions({ a: 6, b: 3, c: 1 });
    expect(perSubject(sampleQuestions(all, { limit: 7, seed: 1, stratifyBy: "subject" }))).toEqual({
      a: 4,
      b: 2,
      c: 1,
    });
    // Three equal shares of 1 / 3: the first subject of the file gets the one question.
    expect(
      perSubject(sampleQuestions(questions({ a: 3, b: 3, c: 3 }), { limit: 1, seed: 1, stratifyBy: "subject" })),
    ).toEqual({ a: 1 });
  });

  it("takes questions without a subject as a group of their own", () => {
    const all = questions({ a: 10, none: 10 });
    expect(perSubject(sampleQuestions(all, { limit: 10, seed: 1, stratifyBy: "subject" }))).toEqual({ a: 5, none: 5 });
  });

  it("never asks more of a subject than it has", () => {
    for (let limit = 1; limit < 36; limit++) {
      const asked = sampleQuestions(questions({ a: 1, b: 2, c: 3, d: 30 }), {
        limit,
        seed: limit,
        stratifyBy: "subject",
      });
      expect(asked).toHaveLength(limit);
    }
  });

  it("draws a part of what a larger sample with the same seed has", () => {
    const sizes = { a: 650, b: 450 };
    for (const stratifyBy of [undefined, "subject" as const]) {
      const draw = (limit: number): number[] =>
        ids(sampleQuestions(questions(sizes), { limit, seed: 7, ...(stratifyBy && { stratifyBy }) }));
      const large = new Set(draw(440));
      for (const limit of [1, 22, 200, 439]) expect(draw(limit).filter((id) => !large.has(id))).toEqual([]);
    }
  });
});
