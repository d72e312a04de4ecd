import { z } from "zod";
import { LabError } from "./errors.ts";
import { FORMAT_IDS } from "./formats/formats.ts";

/** Block sizes that ONNX Runtime's CPU kernel takes; 512 is refused when the model is loaded. */
export const BLOCK_SIZES = [16, 32, 64, 128, 256] as const;
export type BlockSize = (typeof BLOCK_SIZES)[number];

/** `accuracy_level` of MatMulNBits: 0 unset, 1 float32, 2 float16, 3 bfloat16, 4 int8 activations. */
export const ACCURACY_LEVELS = [0, 1, 2, 3, 4] as const;

/** How block weights are rounded: ONNX Runtime's default, round-to-nearest over [min, max], or llama.cpp's k-quant search. */
export const ALGORITHMS = ["default", "rtn", "k_quant"] as const;

const shape = {
  format: z.enum(FORMAT_IDS),
  /** Weights that share a scale. */
  blockSize: z.literal(BLOCK_SIZES).optional(),
  symmetric: z.boolean().optional(),
  accuracyLevel: z.literal(ACCURACY_LEVELS).optional(),
  algorithm: z.enum(ALGORITHMS).optional(),
  /** int8, uint8: a scale for each output feature instead of one for the matrix. */
  perChannel: z.boolean().optional(),
  /** int8, uint8: 7-bit weights, for x86 processors without VNNI, whose 8-bit sums saturate. */
  reduceRange: z.boolean().optional(),
  /** nf4, fp4: block maxima rounded as bitsandbytes' nested quantization would store them. */
  doubleQuant: z.boolean().optional(),
  /** Also store embedding tables in blocks (GatherBlockQuantized), sharing a tied head's bytes. */
  embeddings: z.boolean().optional(),
  /** Quantize a head that is a transposed embedding; the Python tools leave it in float. Default: yes. */
  tiedHead: z.boolean().optional(),
  /** Also quantize Gemm layers (GPT-2, OPT) in blocks; the Python tools leave them in float. Default: yes. */
  gemm: z.boolean().optional(),
  /** fp16, int4f16: whose rule for values beyond float16's range. */
  clamp: z.enum(["onnxruntime", "transformers.js"]).optional(),
  /** Names of nodes or weights that stay as they are; `*` stands for any characters. */
  exclude: z.array(z.string().min(1)).optional(),
};

/** The recipe of some layers inside another; it cannot name layers again. */
const layerRecipeSchema = z.strictObject(shape);

export const recipeSchema = z.strictObject({
  ...shape,
  /** mixed: name pattern -> what those layers are made of. The first pattern that fits decides. */
  layers: z.record(z.string().min(1), layerRecipeSchema).optional(),
});

/** How to make a variant; what is left out, the format decides (one file per format). */
export type Recipe = z.infer<typeof recipeSchema>;
export type RecipeOption = Exclude<keyof Recipe, "format">;

/**
 * Reads a recipe that came from outside.
 * @throws LabError SPEC_INVALID naming the field, the value and what is allowed
 */
export function parseRecipe(input: unknown): Recipe {
  const result = recipeSchema.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const field = ["recipe", ...issue.path].join(".");
  const details: Record<string, unknown> = { field };
  let problem = issue.message;
  if (issue.code === "unrecognized_keys") {
    const allowed = Object.keys(recipeSchema.shape);
    Object.assign(details, { unknown: issue.keys, allowed });
    problem = `unknown key ${issue.keys.map((key) => `"${key}"`).join(", ")}; allowed are ${allowed.join(", ")}`;
  } else if (issue.code === "invalid_value") {
    Object.assign(details, { allowed: issue.values });
    problem = `${show(input, issue.path)} is not one of ${issue.values.map(String).join(", ")}`;
  }
  throw new LabError("SPEC_INVALID", `${field}: ${problem}.`, details);
}

function show(input: unknown, path: readonly PropertyKey[]): string {
  let value = input;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value === undefined ? "nothing" : JSON.stringify(value);
}
