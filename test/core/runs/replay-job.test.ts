import { describe, expect, it } from "vitest";
import { parseSpec, type SpecInput } from "#shared/spec.ts";
import { replayJob, withWritten, writesSomething } from "#core/runs/replay-job.ts";
import { saveGeneration, saveQuestions } from "#core/store/write-measurements.ts";
import { insertRun } from "#core/store/write-run.ts";
import { store } from "../store/open-store.ts";
import { generated, generation, newRun } from "../store/sample-run.ts";
import { cellJob, questionJob } from "./sample-job.ts";

const spec = (passes: SpecInput["passes"], extra: Partial<SpecInput> = {}) =>
  parseSpec({ schemaVersion: 1, name: "n", model: "m", cells: [{ format: "fp32" }], passes, ...extra });
const benchmark = { modes: ["generate" as const], temperature: 0, topP: 1, maxNewTokens: 3 };
const asked = (count: number) => {
  const job = questionJob(count);
  // Each question with a solved one that names it.
  const shots = job.questions.map(({ id }) => [{ ...job.questions[0]!, id: `shot of ${id}` }]);
  return { ...job, benchmark, shots };
};

describe("writesSomething", () => {
  it("is so where texts or answers are generated", () => {
    expect(writesSomething({ generate: spec({ generate: { prompts: ["a"] } }).passes.generate })).toBe(true);
    expect(writesSomething(spec({ benchmark: { questions: "q", modes: ["generate"] } }).passes)).toBe(true);
    expect(writesSomething(spec({ benchmark: { questions: "q", modes: ["loglikelihood"] } }).passes)).toBe(false);
    expect(writesSomething(spec({ forward: {} }).passes)).toBe(false);
  });
});

describe("replayJob", () => {
  it("takes a seeded sample of the questions that are answered in words, each with its own shots", () => {
    const job = (seed: number) =>
      replayJob(spec({ forward: {} }, { seed }), [questionJob(3), asked(200)], []).questions!;
    expect(job(0).questions).toHaveLength(64);
    expect(job(0).shots.map(([shot]) => shot!.id)).toEqual(job(0).questions.map(({ id }) => `shot of ${id}`));
    expect(job(0)).toEqual(job(0));
    expect(job(1).questions).not.toEqual(job(0).questions);
  });

  it("takes the first texts of the spec", () => {
    const prompts = Array.from({ length: 40 }, (_, index) => ({ id: `p${index + 1}`, text: "x" }));
    const { generate, questions } = replayJob(spec({ generate: { prompts: ["x"] } }), [questionJob(3)], prompts);
    expect(generate!.prompts.map(({ id }) => id)).toEqual(prompts.slice(0, 32).map(({ id }) => id));
    expect(questions).toBeNull();
  });

  it("repeats what was disturbed where the forward pass does, which a first look does not", () => {
    const repeats = (passes: SpecInput["passes"], extra?: Partial<SpecInput>): boolean =>
      replayJob(spec(passes, extra), [], []).repeatDisturbed;
    expect(repeats({ generate: { prompts: ["x"] } })).toBe(true);
    expect(repeats({ forward: {} })).toBe(true);
    expect(repeats({ forward: { minSeconds: 0.2 } })).toBe(false);
    expect(repeats({ generate: { prompts: ["x"] } }, { depth: "preview" })).toBe(false);
  });
});

describe("withWritten", () => {
  it("adds what the cell has written by now, of what is asked for", () => {
    const db = store();
    insertRun(db, newRun("r"));
    saveQuestions(db, "r/1", [{ tokens: null, loglikelihood: null, generate: generated("q2") }]);
    saveGeneration(db, "r/1", generation("p1"));
    const replay = replayJob(spec({ generate: { prompts: ["x"] } }), [asked(3)], [{ id: "p1", text: "x" }]);
    const job = cellJob({ kind: "stepping", replay });
    expect(withWritten(db, "r/1", job).replay!.written).toEqual({
      answers: { q2: [4, 2_000_000_000] },
      texts: { p1: [7, 8, 9] },
    });
    expect(withWritten(db, "r/2", job).replay!.written).toEqual({ answers: {}, texts: {} });
  });

  it("leaves other jobs alone", () => {
    const job = cellJob();
    expect(withWritten(store(), "r/1", job)).toBe(job);
  });
});
