import { describe, expect, it } from "vitest";
import { type AcrossComparison, compareAcross } from "#shared/compare/cross-run/differences.ts";
import { type ComparedPart, type ComparedSide, comparability } from "#shared/compare/cross-run/comparability.ts";
import type { AskedQuestion } from "#shared/compare/cross-run/questions.ts";
import { compareCells } from "#shared/compare/compare-cells.ts";
import type { CellResult, Results } from "#shared/results.ts";
import { TOP_K } from "#shared/spec.ts";
import { benchmark, fp32, flipping, int4, stored, tokens } from "../cells.ts";
import { joinReplays } from "#shared/compare/join-replays.ts";
import { generation, replayLaunch, textChunk } from "../../../core/store/sample-run.ts";

const [before, after] = flipping(100, 12, 3);
const memory: CellResult["memory"] = { baseBytes: 1, loadPeakBytes: 1, steadyBytes: 1, source: "VmHWM" };
const measured = (answers: typeof before, ids: number[][]): Partial<CellResult> => ({
  memory,
  benchmark: [benchmark(answers)],
  tokens: tokens(ids).map((row) => ({ ...row, klDivergence: 0.5, referenceLogprobs: [-1] })),
  texts: [textChunk(0)],
  generations: [generation("p1")],
});
const ids = (shift: number): number[][] => before.map((_, index) => [index, index + shift, index + 7]);
const reference = fp32({ ...measured(before, ids(1)) });
const candidate = int4({ ...measured(after, ids(2)) });

const questions = (count: number, skip = 0): Map<string, AskedQuestion> =>
  new Map(
    Array.from({ length: count }, (_, index) => [
      `q${index + 1}`,
      { question: `What is ${index + skip}?`, choices: ["a", "b", "c", "d"], answer: 0 },
    ]),
  );

type Change = (run: ReturnType<typeof stored>) => Partial<ReturnType<typeof stored>>;

/** A side of a run of its own, by what is different in it. */
function side(cell: CellResult, id: string, change: Change = () => ({}), asked = questions(100)): ComparedSide {
  const run = stored([cell], {
    passes: {
      forward: {},
      tokens: { questions: "q", texts: "t" },
      benchmark: { questions: "q" },
      generate: { prompts: ["x"] },
    },
  });
  const {
    run: plain,
    model,
    questionSet,
    textSet,
  } = { ...run, run: { ...run.run, id }, ...change({ ...run, run: { ...run.run, id } }) };
  return {
    run: plain,
    model,
    questionSet,
    textSet: textSet ?? { name: "t", sha256: "t" },
    cell,
    questions: asked,
    reference: cell.label,
  };
}

const environment =
  (change: Partial<Results["run"]["environment"]>): Change =>
  ({ run }) => ({
    run: { ...run, environment: { ...run.environment, ...change } },
  });
const benchmarkPass =
  (change: object): Change =>
  ({ run }) => ({
    run: {
      ...run,
      spec: { ...run.spec, passes: { ...run.spec.passes, benchmark: { ...run.spec.passes.benchmark!, ...change } } },
    },
  });

const can = (a: ComparedSide, b: ComparedSide): ComparedPart[] =>
  comparability(a, b).parts.flatMap(({ part, can: able }) => (able ? [part] : []));
const why = (a: ComparedSide, b: ComparedSide, part: ComparedPart): string =>
  comparability(a, b)
    .parts.find((each) => each.part === part)!
    .reasons.join("; ");

const a = side(reference, "a");

describe("comparability", () => {
  it("compares everything of two runs of one plan on one machine", () => {
    const b = side(candidate, "b");
    expect(can(a, b)).toEqual(["speed", "memory", "answers", "tokens", "texts", "generations"]);
    expect(why(a, b, "speed")).toContain("at different times");
    expect(comparability(a, b).differences).toEqual([]);
  });

  it("compares no times of two machines, and says which they are", () => {
    const b = side(
      candidate,
      "b",
      environment({ machineId: "other", cpu: { model: "Other CPU", physicalCores: 1, logicalCores: 1 } }),
    );
    expect(can(a, b)).toEqual(["memory", "answers", "tokens", "texts", "generations"]);
    expect(why(a, b, "speed")).toMatch(/two machines \(Xeon® Ünit; Other CPU\)/);
    expect(comparability(a, b).differences.map(([what]) => what)).toEqual(["machine", "processor"]);
  });

  it("compares times of two versions of the runtime, which is what one looks for, and says so", () => {
    const runtime = { onnxruntime: "1.31.0", node: "24", launcher: "fork" };
    const b = side(candidate, "b", environment({ runtime }));
    expect(can(a, b)).toContain("speed");
    expect(why(a, b, "speed")).toContain("onnxruntime differs: 1.30.0 and 1.31.0");
  });

  it("compares no times on battery with times on mains, and no peaks of two systems", () => {
    expect(why(a, side(candidate, "b", environment({ powerSource: "battery" })), "speed")).toContain(
      "power source differs",
    );
    const windows = side(candidate, "b", environment({ os: { platform: "win32", release: "11", arch: "x64" } }));
    expect(why(a, windows, "memory")).toContain("system differs (linux x64 and win32 x64)");
  });

  it("compares no answers to other words", () => {
    const b = side(candidate, "b", benchmarkPass({ shots: 5, chatTemplate: true }));
    expect(can(a, b)).not.toContain("answers");
    expect(why(a, b, "answers")).toContain("chatTemplate false and true; shots 0 and 5");
  });

  it("finds the same questions in another file by their words", () => {
    const other: Change = ({ questionSet }) => ({ questionSet: { ...questionSet!, sha256: "other" } });
    // Its q1 is our q11: ninety of a hundred are in both.
    const b = side(candidate, "b", other, questions(100, 10));
    const { questionIds } = comparability(a, b);
    expect([questionIds.size, questionIds.get("q1"), questionIds.get("q90"), questionIds.has("q91")]).toEqual([
      90,
      "q11",
      "q100",
      false,
    ]);
    expect(why(a, b, "answers")).toContain("90 questions are the same by their words");
    expect(compareAcross([[a, b]])[0]!.comparison.flips!.questions).toBe(90);
  });

  it("compares nothing of questions where none is shared", () => {
    const other: Change = ({ questionSet }) => ({ questionSet: { ...questionSet!, sha256: "other", name: "history" } });
    const b = side(candidate, "b", other, questions(100, 1000));
    expect(can(a, b)).toEqual(["speed", "memory", "texts", "generations"]);
    expect(why(a, b, "tokens")).toContain("no question is in both (set and history)");
  });

  it("sees another tokenizer by the number of tokens of a prompt, and of a text's bytes", () => {
    const rows = candidate.tokens.map((row, index) => (index === 5 ? { ...row, promptTokens: 12 } : row));
    const b = side({ ...candidate, tokens: rows, texts: [textChunk(0, { scoredBytes: 901 })] }, "b");
    expect(why(a, b, "tokens")).toContain("question q6 has 10 tokens and 12");
    expect(why(a, b, "texts")).toContain("the tokenizers differ");
    expect(can(a, b)).toEqual(["speed", "memory", "answers", "generations"]);
  });

  it("compares answers of another tool, but no times, and says that its prompts may differ", () => {
    const origin = { tool: "lm-eval" as const, file: "s", importedAt: null, notes: [], shards: null };
    const b = side(candidate, "b", ({ run }) => ({ run: { ...run, origin } }));
    expect(can(a, b)).toContain("answers");
    expect(why(a, b, "answers")).toContain("whose prompts may differ");
    expect([why(a, b, "speed"), why(a, b, "memory")]).toEqual([
      expect.stringContaining("two programs (quantscope and lm-eval)"),
      expect.stringContaining("memory was measured by two programs"),
    ]);
  });

  it("says what a cell lacks", () => {
    const b = side(int4({ forward: [] }), "b");
    expect(can(a, b)).toEqual([]);
    expect(comparability(a, b).parts.map(({ reasons }) => reasons[0])).toEqual([
      "int4@cpu was not timed",
      "int4@cpu was not measured for memory",
      "int4@cpu answered no question",
      "int4@cpu has no next tokens of questions",
      "int4@cpu has read no running text",
      "int4@cpu has written no text",
    ]);
  });
});

describe("compareAcross", () => {
  it("gives what compareCells gives, where the candidate's own reference is the other cell", () => {
    const b: ComparedSide = { ...a, cell: candidate, reference: "fp32@cpu" };
    const differences = { ...compareAcross([[a, b]])[0]!.comparison, verdict: undefined };
    expect(differences).toEqual({
      verdict: undefined,
      ...compareCells(reference, candidate, { topK: TOP_K, seed: 0, subjects: {} }),
    });
    expect(differences.tokens!.kl!.exact).toBe(true);
  });

  it("takes no divergence from another reference", () => {
    const [{ comparison }] = compareAcross([[a, side(candidate, "b")]]) as [AcrossComparison];
    expect(comparison.tokens!.kl!.exact).toBe(false);
    expect([comparison.reference, comparison.candidate]).toEqual(["a:fp32@cpu", "b:int4@cpu"]);
  });

  it("leaves out what cannot be compared, and what is left decides the verdict", () => {
    const [{ comparison }] = compareAcross([[a, side(candidate, "b", environment({ machineId: "other" }))]]) as [
      AcrossComparison,
    ];
    expect([comparison.latencyRatio, comparison.decodeRatio, comparison.crossover]).toEqual([[], [], null]);
    expect(comparison.memoryRatio.length).toBeGreaterThan(0);
    expect(comparison.accuracyDelta!.points).toBeCloseTo(-9);
    expect(comparison.verdict.sentence).toContain("b:int4@cpu");
  });
});

describe("words per minute of two runs", () => {
  const written = (cell: CellResult, id: string, ms: number): CellResult => ({
    ...cell,
    wordsBasis: "replayed",
    replays: joinReplays(
      (["texts", "answers"] as const).map((of) =>
        replayLaunch(of, 1, {
          items: [{ id: of === "texts" ? "p1" : id, promptTokens: 5, tokens: 1, words: 1, promptMs: [ms], stepMs: [] }],
        }),
      ),
      { benchmark: cell.benchmark, generations: cell.generations },
    ),
  });

  it("are compared text by text, answers by the words of their questions", () => {
    const otherSet: Change = ({ questionSet }) => ({ questionSet: { ...questionSet!, sha256: "ef".repeat(32) } });
    // The other run asks the same questions from one further on: its q1 is the reference's q2.
    const [across] = compareAcross([
      [side(written(reference, "q2", 20), "a"), side(written(candidate, "q1", 10), "b", otherSet, questions(99, 1))],
    ]);
    expect(across!.comparison.wordsRatio.map(({ of, ratio }) => [of, ratio])).toEqual([
      ["texts", expect.closeTo(2, 9)],
      ["answers", expect.closeTo(2, 9)],
    ]);
  });

  it("are not compared from one machine to another", () => {
    const elsewhere = side(written(candidate, "q1", 10), "b", environment({ machineId: "other" }));
    const [across] = compareAcross([[side(written(reference, "q1", 20), "a"), elsewhere]]);
    expect(across!.comparison.wordsRatio).toEqual([]);
  });
});
