import { describe, expect, it } from "vitest";
import type { BenchCell } from "#shared/api.ts";
import { aboutTimeShort, cellWords, sourceWords, predictedMemory } from "../../../src/renderer/views/bench/words.ts";

describe("aboutTimeShort", () => {
  it.each([
    [null, "–"],
    [0, "≈ 1 s"],
    [9.2, "≈ 10 s"],
    [87.4, "≈ 87 s"],
    [119.4, "≈ 119 s"],
    [119.6, "≈ 2 min"],
    [240, "≈ 4 min"],
    [89.4 * 60, "≈ 89 min"],
    [89.6 * 60, "≈ 1.5 h"],
    [2.5 * 3600, "≈ 2.5 h"],
    [2 * 3600, "≈ 2 h"],
    [9.96 * 3600, "≈ 10 h"],
    [47.4 * 3600, "≈ 47 h"],
    [60 * 3600, "≈ 2.5 d"],
    [3000 * 3600, "≈ 125 d"],
  ])("%j is %s", (seconds, text) => {
    expect(aboutTimeShort(seconds)).toBe(text);
  });

  it("is never longer than a square has room for", () => {
    const lengths = Array.from({ length: 4000 }, (_, index) => aboutTimeShort(997 * index).length);
    expect(Math.max(...lengths)).toBeLessThan(9);
  });
});

describe("cellWords", () => {
  it("says what sets a cell apart, and nothing of one that is as usual", () => {
    expect(cellWords({ recipe: { format: "int4" }, threads: 1, graph: "fused" })).toBe(
      "own recipe, 1 thread, attention fused",
    );
    expect(cellWords({ format: "fp32", provider: "cpu" })).toBe("");
  });
});

describe("sourceWords", () => {
  const cell = (rest: Partial<BenchCell>): BenchCell => ({
    label: "int4@cpu",
    format: "int4",
    provider: "cpu",
    square: null,
    state: "in-folder",
    reason: null,
    file: null,
    madeFrom: null,
    bytes: 12.1e6,
    bytesArePredicted: false,
    prediction: { peakMemoryBytes: null, measureSeconds: null, makeSeconds: null, fits: null, basis: null },
    ...rest,
  });

  it("names what a cell is made from, what it was made from, and what it is", () => {
    const madeFrom = "C:\\models\\onnx\\model.onnx";
    expect(sourceWords(cell({ state: "can-be-made", madeFrom }))).toBe("made first from model.onnx, ≈ 12.1 MB");
    expect(sourceWords(cell({ state: "made", madeFrom, file: "/lab/made.onnx" }))).toBe(
      "made before from model.onnx, 12.1 MB",
    );
    expect(sourceWords(cell({ file: "/models/onnx/model_q4.onnx" }))).toBe("model_q4.onnx, 12.1 MB");
  });

  it("says why a cell cannot be measured", () => {
    expect(sourceWords(cell({ state: "cannot", reason: "There is no file x.onnx." }))).toBe("There is no file x.onnx.");
  });
});

describe("predictedMemory", () => {
  it.each([
    [78.1, true, "78.1 MiB"],
    [78.1, false, "~78 MiB"],
    [119.4, undefined, "~120 MiB"],
    [1000, false, "~1,000 MiB"],
    [4321, false, "~4.2 GiB"],
    [10_714, false, "~10 GiB"],
  ])("of %s MiB, measured %s, is %s", (mib, peakMemoryMeasured, text) => {
    expect(predictedMemory({ peakMemoryBytes: Math.round(mib * 2 ** 20), peakMemoryMeasured })).toBe(text);
  });

  it("is a dash where there is nothing to go by", () => {
    expect(predictedMemory({ peakMemoryBytes: null, peakMemoryMeasured: false })).toBe("–");
  });
});
