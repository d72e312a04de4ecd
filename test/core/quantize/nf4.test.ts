import { describe, expect, it } from "vitest";
import { readModel } from "#core/onnx/read-model.ts";
import type { Recipe } from "#shared/recipe.ts";
import { PLAIN_FORMATS } from "#core/quantize/plain-formats.ts";

const { fp4, nf4 } = PLAIN_FORMATS;

const model = () => readModel("test/fixtures/zoo/qwen2/onnx/model.onnx");
const plan = (recipe: Recipe) => (recipe.format === "nf4" ? nf4 : fp4).plan(model(), recipe);

describe.each(["nf4", "fp4"] as const)("%s", (format) => {
  it("is blocks of 64 when the recipe does not say, the tied head among them", () => {
    const { recipe, quantized, skipped } = plan({ format });
    expect(recipe).toEqual({ format, blockSize: 64, doubleQuant: false, tiedHead: true, gemm: true });
    expect(quantized.at(-1)).toMatchObject({ bits: 4, K: 64, N: 1000 });
    expect(skipped).toEqual([]);
  });

  it("does what the recipe says", () => {
    const recipe: Recipe = {
      format,
      blockSize: 16,
      doubleQuant: true,
      tiedHead: false,
      gemm: false,
      exclude: ["*down_proj*"],
    };
    const result = plan(recipe);
    expect(result.recipe).toEqual(recipe);
    expect(result.skipped.map(({ reason }) => reason)).toEqual([
      "excluded by the recipe",
      "excluded by the recipe",
      "a transposed embedding, which the recipe keeps",
    ]);
  });

  it("says its type to the operator", () => {
    const onnx = model();
    (format === "nf4" ? nf4 : fp4).plan(onnx, { format });
    const node = onnx.graph.node.find(({ opType }) => opType === "MatMulBnb4")!;
    expect(node.attribute.at(-1)).toMatchObject({ name: "quant_type", i: format === "nf4" ? 1n : 0n });
  });
});
