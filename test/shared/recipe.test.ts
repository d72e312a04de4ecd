import { describe, expect, it } from "vitest";
import { parseRecipe } from "#shared/recipe.ts";
import { recipeSchema } from "#shared/recipe-schema.ts";

const refusal = (input: unknown): unknown => {
  try {
    return parseRecipe(input);
  } catch (error) {
    return error;
  }
};

describe("parseRecipe", () => {
  it("takes a format alone", () => {
    expect(parseRecipe({ format: "int4" })).toEqual({ format: "int4" });
  });

  it("takes every field", () => {
    const recipe = { format: "w8", blockSize: 128, symmetric: false, accuracyLevel: 4, exclude: ["/lm_head/*"] };
    expect(parseRecipe(recipe)).toEqual(recipe);
  });

  it("refuses an unknown key by name", () => {
    expect(refusal({ format: "int4", blocksize: 32 })).toMatchObject({
      code: "SPEC_INVALID",
      message: expect.stringContaining('unknown key "blocksize"') as string,
    });
  });

  it("refuses a block size that the kernel does not take, with the list", () => {
    expect(refusal({ format: "int4", blockSize: 512 })).toMatchObject({
      code: "SPEC_INVALID",
      message: "recipe.blockSize: 512 is not one of 16, 32, 64, 128, 256.",
      details: { field: "recipe.blockSize", allowed: [16, 32, 64, 128, 256] },
    });
  });

  it("names a field of some layers by its path", () => {
    const recipe = { format: "mixed", layers: { "/lm_head/*": { format: "w8", blockSize: 8 } } };
    expect(refusal(recipe)).toMatchObject({ details: { field: "recipe.layers./lm_head/*.blockSize" } });
  });

  const GOOD: unknown[] = [
    { format: "int4" },
    { format: "int8", perChannel: true, reduceRange: false, symmetric: undefined },
    { format: "int4", algorithm: "k_quant", embeddings: true, tiedHead: false, gemm: true },
    { format: "fp16", clamp: "transformers.js", exclude: [] },
    { format: "mixed", layers: { "*": { format: "int4", blockSize: 16 }, head: { format: "w8" } } },
  ];
  const BAD: unknown[] = [
    {},
    null,
    [],
    "int4",
    { format: "int5" },
    { format: null },
    { format: "int4", accuracyLevel: 5 },
    { format: "int4", symmetric: "yes" },
    { format: "int4", exclude: [""] },
    { format: "int4", exclude: "head" },
    { format: "int4", blockSize: null },
    { format: "int4", toString: 1 },
    { format: "mixed", layers: { "": { format: "int4" } } },
    { format: "mixed", layers: { head: { format: "int4", layers: {} } } },
    { format: "mixed", layers: { head: {} } },
    { format: "mixed", layers: [] },
  ];

  it.each(GOOD)("takes %j, and so does the schema of specs and requests", (input) => {
    expect(parseRecipe(input)).toEqual(input);
    expect(recipeSchema.safeParse(input).success).toBe(true);
  });

  it.each(BAD)("refuses %j, and so does the schema of specs and requests", (input) => {
    expect(refusal(input)).toMatchObject({ code: "SPEC_INVALID", message: expect.stringMatching(/^recipe/) as string });
    expect(recipeSchema.safeParse(input).success).toBe(false);
  });
});
