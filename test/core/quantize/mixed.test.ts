import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { auditModel } from "#core/quantize/audit.ts";
import { mixed, sensitiveLayers } from "#core/quantize/mixed.ts";
import { quantizeModel } from "#core/quantize/quantize-model.ts";
import { readModel } from "#core/onnx/read-model.ts";
import type { Recipe } from "#shared/recipe.ts";
import { scratchDir } from "../../helpers/lab.ts";
import { FIXTURES } from "../../helpers/reference.ts";

const LLAMA = join(FIXTURES, "zoo", "llama", "onnx", "model.onnx");

/** Layer name -> storage of a mixed variant of the zoo's llama. */
async function layersOf(recipe: Omit<Recipe, "format">): Promise<Record<string, string>> {
  const target = join(scratchDir(), "model_mixed.onnx");
  await quantizeModel({ source: LLAMA, target, recipe: { format: "mixed", ...recipe } });
  const { layers } = auditModel(readModel(target), "logits");
  return Object.fromEntries(layers.map(({ name, storage }) => [name.replace(/_(Q\d|Bnb4)$/, ""), storage]));
}

describe("mixed", () => {
  it("makes each layer what the first fitting pattern says, the rest int4", async () => {
    const layers = await layersOf({
      layers: {
        "*lm_head*": { format: "w8" },
        "*q_proj*": { format: "nf4", blockSize: 64 },
        "*layers.0*": { format: "fp32" },
      },
    });
    expect(layers["/lm_head/MatMul"]).toBe("8-bit blocks of 32");
    expect(layers["/model/layers.0/self_attn/q_proj/MatMul"]).toBe("nf4 blocks of 64");
    expect(layers["/model/layers.0/mlp/up_proj/MatMul"]).toBe("float32");
    expect(layers["/model/layers.1/mlp/up_proj/MatMul"]).toBe("4-bit blocks of 32");
  });

  it("passes its own options to the layers that know them", async () => {
    const layers = await layersOf({ blockSize: 16, layers: { "*lm_head*": { format: "w8", blockSize: 64 } } });
    expect(layers["/lm_head/MatMul"]).toBe("8-bit blocks of 64");
    expect(layers["/model/layers.1/mlp/up_proj/MatMul"]).toBe("4-bit blocks of 16");
  });

  it("gives the head and the sensitive projections 8 bits without being told", async () => {
    const layers = await layersOf({});
    expect(layers["/lm_head/MatMul"]).toBe("8-bit blocks of 32");
    expect(layers["/model/layers.0/self_attn/v_proj/MatMul"]).toBe("8-bit blocks of 32");
    expect(layers["/model/layers.0/self_attn/q_proj/MatMul"]).toBe("4-bit blocks of 32");
  });

  it("is called mixed by its own graph", async () => {
    const target = join(scratchDir(), "model_mixed.onnx");
    await quantizeModel({ source: LLAMA, target, recipe: { format: "mixed" } });
    expect(auditModel(readModel(target), "logits").format).toBe("mixed");
  });

  it("refuses a pattern that fits nothing", async () => {
    const running = layersOf({ layers: { "*no_such*": { format: "w8" } } });
    await expect(running).rejects.toMatchObject({
      code: "SPEC_INVALID",
      message: expect.stringContaining("*no_such*") as string,
    });
  });

  it("refuses a format that is no layer's", async () => {
    const running = layersOf({ layers: { "*lm_head*": { format: "int8" } } });
    await expect(running).rejects.toMatchObject({
      code: "SPEC_INVALID",
      message: expect.stringContaining("int4, w8, nf4, fp4, fp32") as string,
    });
  });

  it("has the options that its layers have", () => {
    expect(mixed.options).toContain("layers");
  });
});

describe("sensitiveLayers", () => {
  const names = (count: number): string[] => [
    ...Array.from({ length: count }, (_, index) => [
      `/model/layers.${index}/attn/v_proj/MatMul`,
      `/model/layers.${index}/mlp/up_proj/MatMul`,
    ]).flat(),
    "/lm_head/MatMul",
  ];

  it("takes the first and last eighth and every third between, by llama.cpp's rule", () => {
    const chosen = sensitiveLayers(names(32)).map((name) => Number(/layers\.(\d+)/.exec(name)?.[1] ?? -1));
    expect(chosen).toEqual([0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31, -1]);
  });

  it("never takes gate, up, query or key projections", () => {
    expect(sensitiveLayers(names(32)).some((name) => name.includes("up_proj"))).toBe(false);
  });

  it("takes nothing from a model without layers or a head by name", () => {
    expect(sensitiveLayers(["MatMul_1", "MatMul_2"])).toEqual([]);
  });
});
