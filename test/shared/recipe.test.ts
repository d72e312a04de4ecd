import { describe, expect, it } from "vitest";
import { parseRecipe } from "#shared/recipe.ts";

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

  it.each([{}, null, { format: "int5" }, { format: "int4", accuracyLevel: 5 }, { format: "int4", exclude: [""] }])(
    "refuses %j",
    (input) => {
      expect(refusal(input)).toMatchObject({ code: "SPEC_INVALID" });
    },
  );
});
