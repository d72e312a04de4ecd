/**
 * How a variant is made. One table says what every field takes; it is read here, and recipe-schema.ts makes the schema of
 * specs and requests from it. Here without zod: the command that makes a small file should not spend its time on
 * loading a library that checks a dozen fields.
 */
import { LabError } from "./errors.ts";
import { FORMAT_IDS, type FormatId } from "./formats/formats.ts";

/** Block sizes that ONNX Runtime's CPU kernel takes; 512 is refused when the model is loaded. */
export const BLOCK_SIZES = [16, 32, 64, 128, 256] as const;
export type BlockSize = (typeof BLOCK_SIZES)[number];

/** `accuracy_level` of MatMulNBits: 0 unset, 1 float32, 2 float16, 3 bfloat16, 4 int8 activations. */
export const ACCURACY_LEVELS = [0, 1, 2, 3, 4] as const;

/** How block weights are rounded: ONNX Runtime's default, round-to-nearest over [min, max], or llama.cpp's k-quant search. */
export const ALGORITHMS = ["default", "rtn", "k_quant"] as const;

/** What a field takes: one of some values, true or false, or names that are not empty. */
export type RecipeRule = readonly (string | number)[] | "flag" | "names";

/** Every option of every format; which format has which is the formats' own (plan.ts). */
export const RECIPE_OPTIONS = Object.freeze({
  /** Weights that share a scale. */
  blockSize: BLOCK_SIZES,
  symmetric: "flag",
  accuracyLevel: ACCURACY_LEVELS,
  algorithm: ALGORITHMS,
  /** int8, uint8: a scale for each output feature instead of one for the matrix. */
  perChannel: "flag",
  /** int8, uint8: 7-bit weights, for x86 processors without VNNI, whose 8-bit sums saturate. */
  reduceRange: "flag",
  /** nf4, fp4: block maxima rounded as bitsandbytes' nested quantization would store them. */
  doubleQuant: "flag",
  /** Also store embedding tables in blocks (GatherBlockQuantized), sharing a tied head's bytes. */
  embeddings: "flag",
  /** Quantize a head that is a transposed embedding; the Python tools leave it in float. Default: yes. */
  tiedHead: "flag",
  /** Also quantize Gemm layers (GPT-2, OPT) in blocks; the Python tools leave them in float. Default: yes. */
  gemm: "flag",
  /** fp16, int4f16: whose rule for values beyond float16's range. */
  clamp: ["onnxruntime", "transformers.js"],
  /** Names of nodes or weights that stay as they are; `*` stands for any characters. */
  exclude: "names",
} as const satisfies Readonly<Record<string, RecipeRule>>);

type Options = typeof RECIPE_OPTIONS;
type ValueOf<R> = R extends "flag"
  ? boolean
  : R extends "names"
    ? string[]
    : R extends readonly (infer V)[]
      ? V
      : never;

/** The recipe of some layers inside another; it cannot name layers again. */
export type LayerRecipe = { format: FormatId } & { [K in keyof Options]?: ValueOf<Options[K]> | undefined };

/** How to make a variant; what is left out, the format decides (one file per format). */
export type Recipe = LayerRecipe & {
  /** mixed: name pattern -> what those layers are made of. The first pattern that fits decides. */
  layers?: Record<string, LayerRecipe> | undefined;
};
export type RecipeOption = Exclude<keyof Recipe, "format">;

const LAYER_RULES: Readonly<Record<string, RecipeRule>> = { format: FORMAT_IDS, ...RECIPE_OPTIONS };

/**
 * Reads a recipe that came from outside.
 * @throws LabError SPEC_INVALID naming the field, the value and what is allowed
 */
export function parseRecipe(input: unknown): Recipe {
  const { layers, ...rest } = fieldsOf(input, "recipe");
  checkFields(rest, "recipe", [...Object.keys(LAYER_RULES), "layers"]);
  if (layers !== undefined) {
    for (const [pattern, layer] of Object.entries(fieldsOf(layers, "recipe.layers"))) {
      const path = `recipe.layers.${pattern}`;
      if (pattern === "") throw invalid("recipe.layers", "a name pattern is empty", {});
      checkFields(fieldsOf(layer, path), path, Object.keys(LAYER_RULES));
    }
  }
  return input as Recipe;
}

function fieldsOf(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid(path, `${show(value)} is no object with fields`, {});
}

function checkFields(fields: Record<string, unknown>, path: string, allowed: readonly string[]): void {
  const unknown = Object.keys(fields).filter((key) => !Object.hasOwn(LAYER_RULES, key));
  if (unknown.length > 0) {
    const names = unknown.map((key) => `"${key}"`).join(", ");
    throw invalid(path, `unknown key ${names}; allowed are ${allowed.join(", ")}`, { unknown, allowed });
  }
  for (const [name, rule] of Object.entries(LAYER_RULES)) {
    const value = fields[name];
    if (value === undefined && name !== "format") continue;
    const problem = problemOf(value, rule);
    if (problem !== null) {
      throw invalid(`${path}.${name}`, problem, typeof rule === "string" ? {} : { allowed: rule });
    }
  }
}

function problemOf(value: unknown, rule: RecipeRule): string | null {
  if (rule === "flag") return typeof value === "boolean" ? null : `${show(value)} is neither true nor false`;
  if (rule === "names") {
    if (!Array.isArray(value)) return `${show(value)} is no list of names`;
    const odd: unknown = value.find((name) => typeof name !== "string" || name === "");
    return odd === undefined ? null : `${show(odd)} is no name`;
  }
  return (rule as readonly unknown[]).includes(value) ? null : `${show(value)} is not one of ${rule.join(", ")}`;
}

function invalid(field: string, problem: string, details: Record<string, unknown>): LabError {
  return new LabError("SPEC_INVALID", `${field}: ${problem}.`, { field, ...details });
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
