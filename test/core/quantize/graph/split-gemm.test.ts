import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readModel } from "#core/onnx/read-model.ts";
import { NamePatterns } from "#core/quantize/graph/name-patterns.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { splitGemms } from "#core/quantize/graph/split-gemm.ts";
import { scratchDir } from "../../../helpers/lab.ts";
import { FIXTURES } from "../../../helpers/reference.ts";

const file = (name: string): string => join(FIXTURES, "zoo", name, "onnx", "model.onnx");
const count = (types: readonly string[], type: string): number => types.filter((each) => each === type).length;

function typesAfter(name: string, exclude: string[] = []): { types: string[]; reasons: string[] } {
  const { graph } = readModel(file(name));
  const skipped = splitGemms(graph, new NamePatterns(exclude));
  return { types: graph.node.map(({ opType }) => opType), reasons: skipped.map(({ reason }) => reason) };
}

describe("splitGemms", () => {
  it("turns GPT-2's Conv1D layers into MatMul and Add, no Transpose needed", () => {
    const before = readModel(file("gpt2")).graph.node.map(({ opType }) => opType);
    const { types } = typesAfter("gpt2");
    const gemms = count(before, "Gemm");
    expect(gemms).toBe(8);
    expect(count(types, "Gemm")).toBe(0);
    expect(count(types, "MatMul")).toBe(count(before, "MatMul") + gemms);
    expect(count(types, "Add")).toBe(count(before, "Add") + gemms);
    expect(count(types, "Transpose")).toBe(count(before, "Transpose"));
  });

  it("keeps the names by which recipes know the layers", () => {
    const before = readModel(file("opt"))
      .graph.node.filter(({ opType }) => opType === "Gemm")
      .map(({ name }) => name);
    const { graph } = readModel(file("opt"));
    splitGemms(graph, new NamePatterns([]));
    const after = new Set(graph.node.filter(({ opType }) => opType === "MatMul").map(({ name }) => name));
    expect(before.length).toBeGreaterThan(0);
    expect(before.filter((name) => !after.has(name))).toEqual([]);
  });

  it("leaves what the recipe excludes, and says so", () => {
    const { types, reasons } = typesAfter("gpt2", ["*h.0*"]);
    expect(count(types, "Gemm")).toBe(4);
    expect(reasons).toEqual(Array(4).fill("excluded by the recipe"));
  });

  it("leaves a model without Gemm alone", () => {
    const before = readModel(file("llama")).graph.node.map(({ opType }) => opType);
    expect(typesAfter("llama")).toEqual({ types: before, reasons: [] });
  });
});

describe("quantizeModel on Gemm layers", () => {
  const made = async (recipe: { format: "int4" | "nf4"; gemm?: boolean; exclude?: string[] }): Promise<string[]> => {
    const { quantizedTensors } = await quantizeModel({
      source: file("gpt2"),
      target: join(scratchDir(), "q.onnx"),
      recipe,
    });
    return quantizedTensors.map(({ name }) => name);
  };

  it.each(["int4", "nf4"] as const)("reaches all of GPT-2's layers with %s, and its head", async (format) => {
    expect(await made({ format })).toHaveLength(9);
  });

  it("leaves them with gemm: false, as the Python tools do", async () => {
    expect(await made({ format: "int4", gemm: false })).toHaveLength(1);
  });

  it("takes the name of an excluded Gemm for a name that is there", async () => {
    expect(await made({ format: "int4", exclude: ["*mlp*"] })).toHaveLength(5);
  });
});
