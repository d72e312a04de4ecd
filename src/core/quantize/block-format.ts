import type { FormatId } from "#shared/formats/formats.ts";
import { findMatMulTargets } from "./matmul-targets.ts";
import type { FormatMaker } from "./plan.ts";
import type { BlockSize } from "#shared/recipe.ts";
import { rewriteMatMulNBits } from "./rewrite-matmulnbits.ts";

/** A format whose weights are MatMulNBits blocks: how many bits, and what a recipe gets that does not say. */
export function blockFormat(
  format: FormatId,
  bits: 4 | 8,
  defaults: { readonly blockSize: BlockSize; readonly symmetric: boolean; readonly accuracyLevel: 0 | 4 },
): FormatMaker {
  return {
    format,
    options: ["blockSize", "symmetric", "accuracyLevel", "exclude"],
    plan: (model, recipe) => {
      const settings = {
        blockSize: recipe.blockSize ?? defaults.blockSize,
        symmetric: recipe.symmetric ?? defaults.symmetric,
        accuracyLevel: recipe.accuracyLevel ?? defaults.accuracyLevel,
      };
      const { targets, skipped } = findMatMulTargets(model.graph, recipe.exclude);
      const rewritten = rewriteMatMulNBits(model, targets, { bits, ...settings });
      return { ...rewritten, skipped, recipe: { ...recipe, ...settings } };
    },
  };
}
