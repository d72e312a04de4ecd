import { describe, expect, it } from "vitest";
import { readModel } from "#core/onnx/read-model.ts";
import { int4 } from "#core/quantize/int4.ts";
import type { Recipe } from "#shared/recipe.ts";

const plan = (recipe: Recipe) => int4.plan(readModel("test/fixtures/zoo/qwen2/onnx/model.onnx"), recipe);

describe("int4", () => {
  it("is symmetric blocks of 32 computed in float32 when the recipe does not say", () => {
    const { recipe, quantized } = plan({ format: "int4" });
    expect(recipe).toEqual({ format: "int4", blockSize: 32, symmetric: true, accuracyLevel: 0 });
    expect(quantized.every(({ bits }) => bits === 4)).toBe(true);
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
