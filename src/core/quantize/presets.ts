import { LabError } from "#shared/errors.ts";
import type { Recipe } from "#shared/recipe.ts";

/**
 * Recipes that give what other tools give, by the tool's name. Source of the settings: transformers.js' last quantize script,
 * onnxruntime-genai's model builder, and the defaults of ONNX Runtime 1.30's MatMulNBitsQuantizer.
 */
export const PRESETS = Object.freeze({
  "transformers.js q4": { format: "int4", blockSize: 32, symmetric: true, tiedHead: false, gemm: false },
  "transformers.js q4f16": {
    format: "int4f16",
    blockSize: 32,
    symmetric: true,
    tiedHead: false,
    gemm: false,
    clamp: "transformers.js",
  },
  "transformers.js fp16": { format: "fp16", clamp: "transformers.js" },
  "transformers.js int8": { format: "int8", tiedHead: false },
  "transformers.js uint8": { format: "uint8", tiedHead: false },
  "transformers.js bnb4": { format: "nf4", blockSize: 64, tiedHead: false, gemm: false },
  "onnxruntime-genai int4": { format: "int4", blockSize: 32, symmetric: true, accuracyLevel: 4 },
  "onnxruntime-genai int4 rtn": { format: "int4", blockSize: 32, symmetric: true, accuracyLevel: 4, algorithm: "rtn" },
  "onnxruntime-genai int4 last": {
    format: "mixed",
    blockSize: 32,
    symmetric: true,
    accuracyLevel: 4,
    layers: { "*lm_head*": { format: "w8" } },
  },
  "onnxruntime-genai int4 mixed": { format: "mixed", blockSize: 32, symmetric: true, accuracyLevel: 4 },
  onnxruntime: { format: "int4", blockSize: 128, symmetric: false, tiedHead: false, gemm: false },
} satisfies Record<string, Recipe>);

/** @throws LabError SPEC_INVALID with the names that there are */
export function presetRecipe(name: string): Recipe {
  const known: Readonly<Record<string, Recipe>> = PRESETS;
  const recipe = Object.hasOwn(known, name) ? known[name] : undefined;
  if (recipe) return recipe;
  throw new LabError(
    "SPEC_INVALID",
    `--preset: there is no preset "${name}"; there are: ${Object.keys(PRESETS).join("; ")}.`,
  );
}
