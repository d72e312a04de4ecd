import { describe, expect, it } from "vitest";
import { readModel } from "#core/onnx/read-model.ts";
import type { Recipe } from "#shared/recipe.ts";
import { PLAIN_FORMATS } from "#core/quantize/plain-formats.ts";

const { w8 } = PLAIN_FORMATS;

const plan = (recipe: Recipe) => w8.plan(readModel("test/fixtures/zoo/qwen2/onnx/model.onnx"), recipe);

describe("w8", () => {
  it("asks for int8 activations when the recipe does not say", () => {
    const { recipe, quantized } = plan({ format: "w8" });
    expect(recipe).toMatchObject({ format: "w8", blockSize: 32, symmetric: true, accuracyLevel: 4 });
    expect(quantized.at(-1)).toMatchObject({ bits: 8, K: 64, N: 1000 });
  });

  it("leaves the accuracy level out for 0", () => {
    expect(plan({ format: "w8", accuracyLevel: 0 }).recipe.accuracyLevel).toBe(0);
  });
});
