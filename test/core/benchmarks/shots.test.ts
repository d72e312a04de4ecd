import { describe, expect, it } from "vitest";
import type { Question, QuestionSet } from "#core/benchmarks/question-set.ts";
import { pickShots } from "#core/benchmarks/shots.ts";

const question = (id: string, subject: string | null, text = id): Question => ({
  id,
  subject,
  question: text,
  choices: ["yes", "no"],
  answer: 0,
});

const set = (name: string, questions: Question[]): QuestionSet => ({
  name,
  file: `${name}.csv`,
  sha256: name,
  questions,
});

const file = set("test", [
  question("q1", "art"),
  question("q2", "law"),
  question("q3", "art"),
  question("q4", "art"),
  question("q5", "law"),
  question("q6", "art"),
]);

const idsOf = (shots: readonly (readonly Question[])[]): string[][] => shots.map((list) => list.map(({ id }) => id));

describe("pickShots", () => {
  it("takes the first of the same subject, without the question itself", () => {
    expect(idsOf(pickShots(file.questions, file, file, 1, undefined))).toEqual([
      ["q3"],
      ["q5"],
      ["q1"],
      ["q1"],
      ["q2"],
      ["q1"],
    ]);
    expect(idsOf(pickShots([file.questions[5]!], file, file, 3, undefined))).toEqual([["q1", "q3", "q4"]]);
  });

  it("shares one list among questions of a subject", () => {
    const [, , third, fourth] = pickShots(file.questions, file, file, 1, undefined);
    expect(third).toBe(fourth);
  });

  it("takes from the whole file, also when few of it are asked", () => {
    expect(idsOf(pickShots([file.questions[3]!], file, file, 2, undefined))).toEqual([["q1", "q3"]]);
  });

  it("never shows a question's own answer, whatever file it comes from", () => {
    const dev = set("dev", [question("q1", "art", "q3"), question("q2", "art", "other")]);
    expect(idsOf(pickShots([file.questions[2]!], file, dev, 1, undefined))).toEqual([["q2"]]);
  });

  it("takes shots without a subject of their own for every question", () => {
    const dev = set("dev", [question("d1", null), question("d2", null)]);
    expect(idsOf(pickShots(file.questions.slice(0, 2), file, dev, 2, undefined))).toEqual([
      ["d1", "d2"],
      ["d1", "d2"],
    ]);
  });

  it("knows subjects by file names, in any case and with underscores", () => {
    const asked = set("high_school_physics_test", [question("q1", null)]);
    const dev = set("all_dev", [question("d1", "art"), question("d2", "High School_physics")]);
    expect(idsOf(pickShots(asked.questions, asked, dev, 1, undefined))).toEqual([["d2"]]);
  });

  it("takes all as one subject where the spec names one", () => {
    expect(idsOf(pickShots([file.questions[5]!], file, file, 2, "everything"))).toEqual([["q1", "q2"]]);
  });

  it("has none where none are asked for", () => {
    expect(pickShots(file.questions, file, set("empty", []), 0, undefined)).toEqual(file.questions.map(() => []));
  });

  it("refuses a file with too few, naming file and subject", () => {
    expect(() => pickShots(file.questions, file, file, 2, undefined)).toThrow(
      /^test\.csv: 2 solved questions of the subject "law".* there are 1 beside/,
    );
    expect(() => pickShots(file.questions, file, file, 2, undefined)).toThrow(
      expect.objectContaining({ code: "QUESTIONS_INVALID" }) as Error,
    );
  });
});
