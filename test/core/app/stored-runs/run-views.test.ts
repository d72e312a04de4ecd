import { describe, expect, it } from "vitest";
import { buildResults } from "#shared/verdict/build-results.ts";
import type { Results } from "#shared/results.ts";
import { runDetailsSchema, runResultsSchema, runSamplesSchema } from "#shared/api/run-results.ts";
import {
  judgeBy,
  runDetails,
  runFlips,
  runGenerations,
  runResults,
  runSamples,
} from "#core/app/stored-runs/run-views.ts";
import { readQuestions } from "#core/store/edit-run.ts";
import { readCellFacts, readRun, type StoredRun } from "#core/store/read-run.ts";
import * as measurements from "#core/store/write-measurements.ts";
import { finishCell, insertRun } from "#core/store/write-run.ts";
import type { Db } from "#core/store/database.ts";
import { store } from "../../store/open-store.ts";
import * as sample from "../../store/sample-run.ts";

const [REFERENCE, CANDIDATE] = ["fp32@cpu#1", "fp32@cpu#2"];

/** Two cells that differ in some answers and one text. */
function stored(answers = 12): { db: Db; run: StoredRun } {
  const db = store();
  const set = sample.questionSet(answers);
  insertRun(db, sample.newRun("r", { questionSets: [{ set, asked: set.questions, chanceLevel: 0.25 }] }));
  for (const [index, cell] of ["r/1", "r/2"].entries()) {
    const predicted = (question: number): number => (index === 1 && question % 3 === 0 ? 2 : 1);
    measurements.saveQuestions(
      db,
      cell,
      set.questions.map(({ id }, place) => ({
        tokens: sample.tokenRow(id),
        loglikelihood: sample.scored(id, { predicted: predicted(place), correct: predicted(place) === 1 }),
        generate: sample.generated(id),
      })),
    );
    measurements.saveForward(db, cell, sample.forwardLaunch(1));
    const tokenIds = index === 0 ? [7, 8, 9] : [7, 6];
    measurements.saveGeneration(
      db,
      cell,
      sample.generation("p1", { tokenIds, text: index === 0 ? "one two" : "one to" }),
    );
    finishCell(db, cell, "done", null);
  }
  return { db, run: readRun(db, "r") };
}

const built = (answers?: number): Results => buildResults(stored(answers).run);

describe("runDetails", () => {
  it("has the plan and the cells, and nothing that was measured", () => {
    const { db, run } = stored();
    const details = runDetails(run, readCellFacts(db, "r"));
    expect(runDetailsSchema.parse(details)).toMatchObject({
      run: { id: "r" },
      cells: [{ label: REFERENCE, facts: { parameters: 135_000_000 } }, {}],
    });
    expect(Object.keys(details.cells[0]!)).not.toContain("tokens");
  });
});

describe("runResults", () => {
  it("is results.json with comparisons, without what is heavy", () => {
    const { results, omitted, reference } = runResults(built());
    expect(() => runResultsSchema.shape.results.parse(JSON.parse(JSON.stringify(results)))).not.toThrow();
    expect([reference, omitted]).toEqual([REFERENCE, []]);
    expect(results.comparisons).toHaveLength(1);
    expect(results.comparisons[0]!.flips).toMatchObject({ rightToWrong: 4, questions: 12 });
    for (const { tokens, texts, generations, benchmark } of results.cells) {
      expect([tokens, texts, generations]).toEqual([[], [], []]);
      for (const { answers } of benchmark) {
        expect(answers).toHaveLength(12);
        expect(answers.every(({ text, choiceLogprobs }) => text === null && choiceLogprobs.length === 0)).toBe(true);
      }
    }
  });

  it("says in numbers what was left out", () => {
    const { summaries, tables } = runResults(built());
    expect(summaries[1]).toMatchObject({
      label: CANDIDATE,
      forward: [{ batchSize: 1, medianMs: 12.000000000001, runs: 3 }],
      counts: { tokens: 12, answers: 24, generations: 1 },
    });
    const [scored] = summaries[1]!.accuracy;
    expect(scored).toMatchObject({ correct: 8, valid: 12, asked: 12, share: 8 / 12 });
    expect(scored!.low).toBeLessThan(8 / 12);
    expect(scored!.high).toBeGreaterThan(8 / 12);
    expect(tables.quality.rows).toHaveLength(2);
  });

  it("leaves the answers of a large run out, and nothing that was made of them", () => {
    const results = built(12);
    const [small, large] = [runResults(results, {}, 48), runResults(results, {}, 47)];
    expect([small.omitted, large.omitted]).toEqual([[], ["answers"]]);
    expect(large.results.cells.flatMap(({ benchmark }) => benchmark.flatMap(({ answers }) => answers))).toEqual([]);
    expect(large.summaries).toEqual(small.summaries);
    expect(large.results.comparisons).toEqual(small.results.comparisons);
  });

  it("gives the verdict by the limits that it is given, by the one that was asked last", () => {
    const results = built(200);
    const sentence = (limits: Parameters<typeof runResults>[1]): string =>
      runResults(results, limits).results.comparisons[0]!.verdict.sentence;
    const unlimited = sentence({});
    expect(sentence({ peakMemoryBytes: 1000 })).not.toBe(unlimited);
    expect(sentence({})).toBe(unlimited);
    expect(judgeBy(results, {}).comparisons).toEqual(results.comparisons);
  });
});

describe("runFlips", () => {
  it("tells each changed answer with its question", () => {
    const { db, run } = stored();
    const { reference, flips } = runFlips(run, CANDIDATE, readQuestions(db, "r"));
    expect(reference).toBe(REFERENCE);
    expect(flips.map(({ questionId, kind }) => [questionId, kind])).toEqual(
      ["q1", "q4", "q7", "q10"].map((id) => [id, "rightToWrong"]),
    );
    expect(flips[0]).toMatchObject({
      mode: "loglikelihood",
      question: "質問 1 🙂?",
      choices: ["α", "β", "", "δ"],
      reference: { predicted: 1, choiceLogprobs: [-1.1, -0.3, -7.00000000001, -9] },
      candidate: { predicted: 2 },
    });
  });

  it("finds none between a cell and itself, and refuses a cell that there is not", () => {
    const { run } = stored();
    expect(runFlips(run, REFERENCE, new Map()).flips).toEqual([]);
    expect(() => runFlips(run, "nobody", new Map())).toThrow(/it has fp32@cpu#1, fp32@cpu#2/);
  });
});

describe("runGenerations", () => {
  it("says where each text leaves the reference's", () => {
    const { prompts } = runGenerations(stored().run);
    expect(prompts).toHaveLength(1);
    expect(prompts[0]!.texts).toMatchObject([
      { cell: REFERENCE, firstDifferentToken: null, sameCharacters: 7, referenceMargin: null },
      { cell: CANDIDATE, text: "one to", tokens: 2, firstDifferentToken: 1, sameCharacters: 5, referenceMargin: null },
    ]);
  });
});

describe("runSamples", () => {
  it("gives the raw samples of a cell", () => {
    const samples = runSamples(stored().run, CANDIDATE);
    expect(runSamplesSchema.parse(samples).forward[0]!.latencyMs).toEqual([12.000000000001, 11.5, 13.25]);
    expect(() => runSamples(stored().run, "nobody")).toThrow(expect.objectContaining({ code: "BAD_REQUEST" }));
  });
});
