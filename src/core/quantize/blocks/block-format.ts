import { LabError } from "#shared/errors.ts";
import type { FormatId } from "#shared/formats/formats.ts";
import { findMatMulTargets } from "../graph/matmul-targets.ts";
import type { FormatMaker } from "../format-maker.ts";
import type { BlockSize, Recipe } from "#shared/recipe.ts";
import { NamePatterns } from "../graph/name-patterns.ts";
import { splitGemms } from "../graph/split-gemm.ts";
import { rewriteMatMulNBits } from "./rewrite-matmulnbits.ts";

/** A format whose weights are MatMulNBits blocks: how many bits, and what a recipe gets that does not say. */
export function blockFormat(
  format: FormatId,
  bits: 4 | 8,
  defaults: { readonly blockSize: BlockSize; readonly symmetric: boolean; readonly accuracyLevel: 0 | 4 },
): FormatMaker {
  return {
    format,
    options: ["blockSize", "symmetric", "accuracyLevel", "algorithm", "embeddings", "tiedHead", "gemm", "exclude"],
    plan: (model, recipe) => {
      const settings = {
        blockSize: recipe.blockSize ?? defaults.blockSize,
        symmetric: symmetryOf(recipe, defaults.symmetric),
        accuracyLevel: recipe.accuracyLevel ?? defaults.accuracyLevel,
        algorithm: recipe.algorithm ?? "default",
        embeddings: recipe.embeddings ?? false,
        tiedHead: recipe.tiedHead ?? true,
        gemm: recipe.gemm ?? true,
      };
      const exclude = new NamePatterns(recipe.exclude ?? []);
      const gemms = settings.gemm ? splitGemms(model.graph, exclude) : [];
      const { targets, gathers, skipped } = findMatMulTargets(model.graph, exclude, settings);
      const rewritten = rewriteMatMulNBits(model, targets, { bits, ...settings }, gathers);
      return { ...rewritten, skipped: [...gemms, ...skipped], recipe: { ...recipe, ...settings } };
    },
  };
}

/** k-quant always has zero points: its search is for a scale and a minimum. */
function symmetryOf({ algorithm, symmetric }: Recipe, byDefault: boolean): boolean {
  if (algorithm !== "k_quant") return symmetric ?? byDefault;
  if (symmetric !== true) return false;
  throw new LabError(
    "SPEC_INVALID",
    "recipe.symmetric: k_quant is always asymmetric. Leave symmetric out, or set it to false.",
    {
      field: "recipe.symmetric",
      allowed: [false],
    },
  );
}
