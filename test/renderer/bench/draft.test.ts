import { describe, expect, it } from "vitest";
import type { BenchSquare, ModelEntry, QuestionSetEntry } from "#shared/api.ts";
import { parseSpec } from "#shared/spec.ts";
import {
  askingOf,
  cellName,
  type Draft,
  draftOf,
  hasCell,
  hasPass,
  newDraft,
  passOf,
  problemOf,
  recommendedCells,
  squareOf,
  toggleCell,
  togglePass,
  withAsking,
  withCells,
  withDepth,
  withPass,
  withReference,
  withSample,
} from "../../../src/renderer/views/bench/draft.ts";

const MODEL: ModelEntry = {
  name: "smol",
  folder: "/m/smol",
  bundled: false,
  addedAt: null,
  present: true,
  summary: null,
};
const SET: QuestionSetEntry = {
  name: "trivia",
  file: "/q/trivia.csv",
  bundled: true,
  addedAt: null,
  present: true,
  content: { sha256: "0", bytes: 1, count: 480, subjects: [], choices: { min: 4, max: 4 }, duplicates: 0 },
  problem: null,
};

const square = (
  format: BenchSquare["format"],
  state: BenchSquare["state"],
  provider: BenchSquare["provider"] = "cpu",
): BenchSquare => ({
  format,
  provider,
  label: `${format}@${provider}`,
  state,
  reason: null,
  chosen: false,
  file: null,
  bytes: 1,
  bytesArePredicted: false,
  prediction: { peakMemoryBytes: null, measureSeconds: null, makeSeconds: null, fits: null, basis: null },
});

const withOne = (): Draft => toggleCell(newDraft(MODEL, [SET]), "fp32", "cpu");

describe("newDraft", () => {
  it("is a spec that can be run as soon as it has a cell", () => {
    expect(problemOf(newDraft(MODEL, [SET]))).toMatch(/square/);
    expect(problemOf(withOne())).toBeNull();
    expect(parseSpec(withOne().spec).depth).toBe("standard");
  });

  it("is short for the bundled model: a preview of few questions and small batches", () => {
    const { spec } = newDraft({ ...MODEL, bundled: true }, [SET]);
    expect(spec.depth).toBe("preview");
    expect(spec.sample).toEqual({ limit: 200, seed: 0, stratifyBy: "subject" });
    expect(spec.passes.forward!.batchSizes).toEqual([1, 4]);
  });

  it("asks no more questions than the set has", () => {
    expect(newDraft(MODEL, [SET]).spec.sample?.limit).toBe(480);
  });

  it("leaves out what needs questions where no set can be read", () => {
    const { spec } = newDraft(MODEL, [{ ...SET, content: null, problem: "gone" }]);
    expect(Object.keys(spec.passes)).toEqual(["forward", "decode", "generate"]);
    expect(spec.sample).toBeUndefined();
  });
});

describe("recommendedCells", () => {
  const names = (squares: readonly BenchSquare[]): string[] => recommendedCells(squares).map(cellName);

  it("takes the highest precision of the folder, w8 and int4, on the CPU", () => {
    const squares = [
      square("fp32", "in-folder"),
      square("fp32", "in-folder", "cuda"),
      square("fp16", "can-be-made"),
      square("w8", "can-be-made"),
      square("int4", "made"),
    ];
    expect(names(squares)).toEqual(["fp32@cpu", "w8@cpu", "int4@cpu"]);
  });

  it("prefers a file that is there over a higher precision that would have to be made", () => {
    expect(names([square("fp32", "can-be-made"), square("fp16", "in-folder"), square("int4", "can-be-made")])).toEqual([
      "fp16@cpu",
      "int4@cpu",
    ]);
  });

  it("takes the other files where neither w8 nor int4 can be had", () => {
    const squares = [square("int8", "in-folder"), square("int4", "cannot"), square("nf4", "in-folder")];
    expect(names(squares)).toEqual(["int8@cpu", "nf4@cpu"]);
  });

  it("takes nothing where nothing can be measured", () => {
    expect(names([square("fp32", "cannot"), square("fp32", "in-folder", "cuda")])).toEqual([]);
  });
});

describe("squareOf", () => {
  it("knows plain cells, with the provider that is meant where none is named", () => {
    expect(squareOf({ format: "int4" })).toEqual({ format: "int4", provider: "cpu" });
    expect(squareOf({ format: "int4", graph: "exported" })).not.toBeNull();
  });

  it.each([
    { file: "a.onnx" },
    { recipe: { format: "int4" as const } },
    { format: "int4" as const, threads: 2 },
    { format: "int4" as const, graph: "fused" as const },
  ])("knows none for %j", (cell) => {
    expect(squareOf(cell)).toBeNull();
  });
});

describe("toggleCell", () => {
  it("puts a cell in and takes it out again", () => {
    const draft = withOne();
    expect(hasCell(draft, "fp32", "cpu")).toBe(true);
    expect(hasCell(toggleCell(draft, "fp32", "cpu"), "fp32", "cpu")).toBe(false);
  });

  it("forgets a reference that is taken out, and keeps one that stays", () => {
    const draft = withReference(toggleCell(withOne(), "int4", "cpu"), "int4@cpu");
    expect(toggleCell(draft, "fp32", "cpu").spec.reference).toBe("int4@cpu");
    expect(toggleCell(draft, "int4", "cpu").spec).not.toHaveProperty("reference");
    expect(withReference(draft, null).spec).not.toHaveProperty("reference");
  });

  it("leaves cells alone that no square stands for", () => {
    const draft = withCells(withOne(), [{ file: "own.onnx" }, { format: "fp32" }]);
    expect(toggleCell(draft, "fp32", "cpu").spec.cells).toEqual([{ file: "own.onnx" }]);
  });
});

describe("withDepth", () => {
  it("takes out what another depth filled in, and leaves the rest", () => {
    const stored = parseSpec(withPass(withOne(), "forward", { batchSizes: [1, 2] }).spec);
    const { spec } = withDepth(draftOf(stored), "thorough");
    expect(spec.passes.forward).toMatchObject({ batchSizes: [1, 2], sequenceLength: 128 });
    expect(parseSpec(spec)).toMatchObject({ launches: 12, passes: { forward: { memoryLaunches: 3 } } });
    expect(parseSpec(spec).passes.decode?.newTokens).toBe(128);
  });

  it("asks as many of the bundled questions as the depth does, unless another number was chosen", () => {
    const bundled = newDraft({ ...MODEL, bundled: true }, [{ ...SET, name: "demo" }]);
    const limits = (draft: Draft): unknown[] =>
      (["preview", "standard", "thorough"] as const).map((depth) => withDepth(draft, depth).spec.sample?.limit);
    expect(limits(bundled)).toEqual([200, 1600, undefined]);
    expect(limits(withDepth(bundled, "thorough"))).toEqual([200, 1600, undefined]);
    expect(limits(withSample(bundled, { limit: 300 }))).toEqual([300, 300, 300]);
    expect(limits(withAsking(bundled, { questions: "mine" }))).toEqual([200, 200, 200]);
    expect(limits(newDraft(MODEL, [SET]))).toEqual([480, 480, 480]);
  });
});

describe("togglePass", () => {
  it("finds the settings again of a pass that was switched off", () => {
    const set = withPass(withOne(), "forward", { batchSizes: [3] });
    const off = togglePass(set, "forward", {});
    expect(hasPass(off, "forward")).toBe(false);
    expect(passOf(off, "forward")?.batchSizes).toEqual([3]);
    expect(togglePass(off, "forward", {}).spec.passes.forward?.batchSizes).toEqual([3]);
  });

  it("leaves nothing to measure when the last one goes, and says so", () => {
    const ids = ["forward", "decode", "tokens", "benchmark", "generate"] as const;
    const none = ids.reduce((draft, id) => togglePass(draft, id, passOf(draft, id)!), withOne());
    expect(problemOf(none)).toMatch(/measure/);
  });
});

describe("withPass", () => {
  it("changes a pass that is off without switching it on", () => {
    const off = withPass(togglePass(withOne(), "forward", {}), "forward", { sequenceLength: 64 });
    expect(hasPass(off, "forward")).toBe(false);
    expect(passOf(off, "forward")?.sequenceLength).toBe(64);
  });

  it("takes a setting out with undefined, so that its default counts", () => {
    const set = withPass(withOne(), "forward", { sequenceLength: 64 });
    expect(withPass(set, "forward", { sequenceLength: undefined }).spec.passes.forward).toEqual({});
  });
});

describe("withAsking", () => {
  it("changes both passes that ask alike, so that each question is asked once", () => {
    const { passes } = parseSpec(withAsking(withOne(), { shots: 3, chatTemplate: true }).spec);
    expect(passes.tokens).toMatchObject({ shots: 3, chatTemplate: true });
    expect(passes.benchmark).toMatchObject({ shots: 3, chatTemplate: true });
  });

  it("stops generating answers where they are texts, which the spec would refuse", () => {
    const draft = withAsking(withOne(), { promptTemplate: "question-answer" });
    expect(draft.spec.passes.benchmark?.modes).toEqual(["loglikelihood"]);
    expect(parseSpec(draft.spec).passes.benchmark?.promptTemplate).toBe("question-answer");
  });

  it("remembers the set while both passes are off", () => {
    const off = togglePass(togglePass(withOne(), "tokens", {}), "benchmark", { questions: "" });
    expect(askingOf(withAsking(off, { questions: "other" })).questions).toBe("other");
  });
});

describe("withSample", () => {
  it("asks all questions again without a limit", () => {
    const { spec } = withSample(withOne(), { limit: undefined });
    expect(spec.sample).toEqual({ seed: 0 });
    expect(withSample(draftOf(spec), { seed: undefined }).spec).not.toHaveProperty("sample");
  });
});
