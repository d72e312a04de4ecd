import { describe, expect, it } from "vitest";
import { readModel } from "#core/onnx/read-model.ts";
import type { Recipe } from "#shared/recipe.ts";
import { PLAIN_FORMATS } from "#core/quantize/plain-formats.ts";

const { int4 } = PLAIN_FORMATS;

const plan = (recipe: Recipe) => int4.plan(readModel("test/fixtures/zoo/qwen2/onnx/model.onnx"), recipe);

describe("int4", () => {
  it("is symmetric blocks of 32 computed in float32 when the recipe does not say", () => {
    const { recipe, quantized } = plan({ format: "int4" });
    expect(recipe).toEqual({
      format: "int4",
      blockSize: 32,
      symmetric: true,
      accuracyLevel: 0,
      algorithm: "default",
      embeddings: false,
      tiedHead: true,
      gemm: true,
    });
    expect([...new Set(quantized.map(({ bits }) => bits))]).toEqual([4]);
  });

  it("takes k-quant without being told that it is asymmetric, and refuses the opposite", () => {
    expect(plan({ format: "int4", algorithm: "k_quant" }).recipe.symmetric).toBe(false);
    expect(() => plan({ format: "int4", algorithm: "k_quant", symmetric: true })).toThrow(
      expect.objectContaining({
        code: "SPEC_INVALID",
        message: expect.stringContaining("recipe.symmetric") as string,
      }),
    );
  });

  it("leaves a tied head in float when told so, as the Python tools do", () => {
    const { quantized, skipped } = plan({ format: "int4", tiedHead: false });
    expect(quantized.some(({ N }) => N === 1000)).toBe(false);
    expect(skipped).toMatchObject([
      { node: "/lm_head/MatMul", reason: "a transposed embedding, which the recipe keeps" },
    ]);
  });

  it("excludes an embedding by the name of its node", () => {
    const recipe: Recipe = { format: "int4", embeddings: true, exclude: ["*embed_tokens*/Gather"] };
    expect(plan(recipe).skipped).toMatchObject([{ reason: "excluded by the recipe" }]);
    const { quantized } = plan({ ...recipe, exclude: [] });
    expect(quantized.at(-1)!.nodes).toEqual(["/lm_head/MatMul", "/model/embed_tokens/Gather"]);
  });

  it("does what the recipe says", () => {
    const recipe: Recipe = {
      format: "int4",
      blockSize: 64,
      symmetric: false,
      accuracyLevel: 4,
      exclude: ["*lm_head*"],
    };
    expect(plan(recipe)).toMatchObject({ recipe, skipped: [{ node: "/lm_head/MatMul" }] });
  });
});
