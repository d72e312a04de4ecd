import { describe, expect, it } from "vitest";
import { compareCells, comparedAnswers } from "#shared/compare/compare-cells.ts";
import type { Answer } from "#shared/results.ts";
import { answer, benchmark, cell, once as forward, MIB, predictions, tokens } from "./cells.ts";

const compare = (...cells: [Parameters<typeof cell>[1], Parameters<typeof cell>[1]]) =>
  compareCells(cell("fp32@cpu", cells[0]), cell("int4@cpu", cells[1]), { topK: [1, 3, 5, 10, 20], seed: 0 });

// The oracle of the measurement method, section 7: the right answer is always 0.
const REFERENCE = [0, 0, 0, 0, 0, 0, 0, 1, 1, 2];
const VARIANT = [0, 0, 0, 0, 0, 1, 2, 0, 1, 3];

describe("compareCells", () => {
  it("counts flips and the accuracy difference as the oracle does", () => {
    const { flips, accuracyDelta } = compare(
      { benchmark: [benchmark(predictions(REFERENCE))] },
      { benchmark: [benchmark(predictions(VARIANT))] },
    );
    expect(flips).toMatchObject({ rightToWrong: 2, wrongToRight: 1, wrongToOtherWrong: 1, questions: 10 });
    expect(accuracyDelta!.points).toBeCloseTo(-10, 10);
    expect(accuracyDelta!.mcnemarP).toBe(1);
    expect(accuracyDelta!.low).toBeLessThan(-10);
    expect(accuracyDelta!.high).toBeGreaterThan(10);
  });

  it("gives the interval in points (oracle: 100 questions, 8 and 2)", () => {
    const before = [...Array<number>(8).fill(0), 1, 1, ...Array<number>(90).fill(0)];
    const after = [...Array<number>(8).fill(1), 0, 0, ...Array<number>(90).fill(0)];
    const { accuracyDelta } = compare(
      { benchmark: [benchmark(predictions(before))] },
      { benchmark: [benchmark(predictions(after))] },
    );
    expect(accuracyDelta!.points).toBeCloseTo(-6, 10);
    expect(accuracyDelta!.low).toBeCloseTo(-12.4401, 4);
    expect(accuracyDelta!.high).toBeCloseTo(0.6754, 4);
    expect(accuracyDelta!.mcnemarP).toBeCloseTo(0.109375, 6);
  });

  it("pairs by question and not by place, and takes only questions that both answered", () => {
    const { flips } = compare(
      { benchmark: [benchmark([answer(0, 0), answer(1, 1), answer(2, 0)])] },
      { benchmark: [benchmark([answer(2, 0), answer(0, 1)])] },
    );
    expect(flips).toMatchObject({ rightToWrong: 1, wrongToRight: 0, wrongToOtherWrong: 0, questions: 2 });
  });

  it("compares accuracy by characters where only right or wrong is known, and only where both have it", () => {
    const byLength = (index: number, correct: boolean, extra = {}): Answer =>
      answer(index, 0, { normalized: { predicted: correct ? 0 : null, correct }, ...extra });
    const of = (right: number): Answer[] => Array.from({ length: 8 }, (_, index) => byLength(index, index < right));
    const points = (ours: readonly Answer[], theirs: readonly Answer[]): number | undefined =>
      compare({ benchmark: [benchmark(ours)] }, { benchmark: [benchmark(theirs)] }).normalizedAccuracyDelta?.points;
    expect(points(of(6), of(2))).toBeCloseTo(-50, 10);
    expect(points(of(8), of(0))).toBeCloseTo(-100, 10);
    const nan = byLength(0, false, { predicted: null });
    expect(points([nan, ...of(8).slice(1)], of(1))).toBeCloseTo(-100, 10);
    expect(points(of(6), predictions(Array<number>(8).fill(1)))).toBeUndefined();
  });

  it("leaves out questions where either output was not a number", () => {
    const { flips } = compare(
      { benchmark: [benchmark(predictions([0, 0, null]))] },
      { benchmark: [benchmark(predictions([0, null, 0]))] },
    );
    expect(flips!.questions).toBe(1);
  });

  it("counts a generated text without a choice as wrong, and a change from one to another wrong as such", () => {
    const nameless = { formatFailure: true };
    const { flips } = compare(
      { benchmark: [benchmark([answer(0, 0), answer(1, null, nameless), answer(2, null, nameless)], "generate")] },
      { benchmark: [benchmark([answer(0, null, nameless), answer(1, 2), answer(2, null, nameless)], "generate")] },
    );
    expect(flips).toMatchObject({ rightToWrong: 1, wrongToRight: 0, wrongToOtherWrong: 1, questions: 3 });
  });

  it("has no accuracy difference where no answer is valid, and none at all where nothing was asked", () => {
    const broken = { benchmark: [benchmark(predictions([null, null]))] };
    expect(compare({ benchmark: [benchmark(predictions([0, 0]))] }, broken)).toMatchObject({
      flips: { questions: 0 },
      accuracyDelta: null,
    });
    expect(compare({}, {})).toMatchObject({
      flips: null,
      accuracyDelta: null,
      jaccard: {},
      top1Agreement: null,
      klDivergence: null,
      latencyRatio: [],
      memoryRatio: [],
    });
  });

  it("compares top tokens at each k (oracle of section 6.3) and leaves broken rows out", () => {
    const { jaccard, top1Agreement } = compare(
      { tokens: tokens([[0, 1, 2, 3, 4, 5, 6, 7], [1, 2], [3]]) },
      { tokens: tokens([[1, 0, 3, 2, 4, 5, 6, 7], [], [3]]) },
    );
    expect(Object.entries(jaccard).map(([k, { mean }]) => [k, mean])).toEqual([
      ["1", 0.5],
      ["3", 0.75],
      ["5", 1],
      ["10", 1],
      ["20", 1],
    ]);
    expect(top1Agreement).toBe(0.5);
    // Below ten questions an interval would be too narrow to be shown.
    expect(jaccard["3"]).toMatchObject({ low: null, high: null });
  });

  it("gives Jaccard an interval from ten questions on, the same for the same seed", () => {
    const rows = (shift: number) => tokens(Array.from({ length: 12 }, (_, index) => [1, 2, 3 + (index % 3) * shift]));
    const once = compare({ tokens: rows(0) }, { tokens: rows(1) }).jaccard["3"]!;
    expect(once.low).toBeLessThan(once.mean);
    expect(once.high).toBeGreaterThan(once.mean);
    expect(compare({ tokens: rows(0) }, { tokens: rows(1) }).jaccard["3"]).toEqual(once);
  });

  it("finds no difference between a cell and itself", () => {
    const same = {
      tokens: tokens(Array.from({ length: 12 }, () => [4, 5, 6])),
      benchmark: [benchmark(predictions(REFERENCE))],
      forward: [forward(1, 10, 100)],
    };
    const { klDivergence, top1Agreement, flips, jaccard, latencyRatio, memoryRatio } = compare(same, same);
    expect({ klDivergence, top1Agreement }).toEqual({ klDivergence: 0, top1Agreement: 1 });
    expect(flips).toMatchObject({ rightToWrong: 0, wrongToRight: 0, wrongToOtherWrong: 0 });
    // Equal in all of 12 questions or so is not equal in all there are.
    expect(jaccard["3"]).toMatchObject({ mean: 1, high: 1 });
    expect(jaccard["3"]!.low).toBeLessThan(0.8);
    expect(latencyRatio[0]!.ratio).toBe(1);
    expect(memoryRatio).toMatchObject([{ batchSize: 1, ratio: 1, low: 1, high: 1, kind: "range", launches: 1 }]);
  });

  it("says how many times faster and leaner, with an interval around the ratio", () => {
    const { latencyRatio, memoryRatio } = compare(
      { forward: [forward(1, 20, 600), forward(4, 80, 900)] },
      { forward: [forward(1, 10, 200), forward(4, 100, 450)] },
    );
    expect(latencyRatio.map(({ batchSize, ratio }) => [batchSize, ratio])).toEqual([
      [1, 2],
      [4, 0.8],
    ]);
    const [first] = latencyRatio;
    expect(first!.low).toBeLessThan(2);
    expect(first!.low).toBeGreaterThan(1.98);
    expect(first!.high).toBeGreaterThan(2);
    expect(memoryRatio).toMatchObject([
      { batchSize: 1, ratio: expect.closeTo(3, 12) as number, referenceBytes: 600 * MIB, candidateBytes: 200 * MIB },
      { batchSize: 4, ratio: 2, low: 2, high: 2, of: "resident" },
    ]);
  });

  it("gives no interval to fewer than six runs on either side", () => {
    const few = { forward: [forward(1, 10, 100, { latencyMs: [10, 11, 9, 10, 10] })] };
    expect(compare({ forward: [forward(1, 20, 100)] }, few).latencyRatio).toMatchObject([
      { batchSize: 1, ratio: expect.closeTo(2, 1) as number, kind: "range", launches: 1 },
    ]);
  });

  it("leaves out batch sizes that one cell skipped or measured at another length", () => {
    const skipped = forward(8, 1, 1, { latencyMs: [], peakMemoryBytes: null, skipped: "not run" });
    const { latencyRatio, memoryRatio } = compare(
      { forward: [forward(1, 10, 100), forward(8, 80, 300), forward(16, 160, 600)] },
      { forward: [forward(1, 10, 100), skipped, forward(16, 160, 600, { sequenceLength: 64 })] },
    );
    expect(latencyRatio.map(({ batchSize }) => batchSize)).toEqual([1]);
    expect(memoryRatio.map(({ batchSize }) => batchSize)).toEqual([1]);
    expect(MIB).toBe(1_048_576);
  });
});

describe("comparedAnswers", () => {
  const both = { benchmark: [benchmark(predictions([0])), benchmark(predictions([1]), "generate")] };

  it("prefers log-likelihoods", () => {
    expect(comparedAnswers(cell("fp32@cpu", both), cell("int4@cpu", both))!.mode).toBe("loglikelihood");
  });

  it("takes the mode that both cells have", () => {
    const generatedOnly = { benchmark: [benchmark(predictions([1]), "generate")] };
    expect(comparedAnswers(cell("fp32@cpu", both), cell("int4@cpu", generatedOnly))!.mode).toBe("generate");
  });

  it("is null where the cells share no question in any mode", () => {
    const generatedOnly = { benchmark: [benchmark(predictions([1]), "generate")] };
    const scoredOnly = { benchmark: [benchmark(predictions([1]))] };
    expect(comparedAnswers(cell("fp32@cpu", scoredOnly), cell("int4@cpu", generatedOnly))).toBeNull();
    expect(comparedAnswers(cell("fp32@cpu"), cell("int4@cpu"))).toBeNull();
  });
});
