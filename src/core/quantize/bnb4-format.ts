import type { Bnb4Type } from "./bnb4.ts";
import { findMatMulTargets } from "./matmul-targets.ts";
import type { FormatMaker } from "./plan.ts";
import { rewriteMatMulBnb4 } from "./rewrite-bnb4.ts";

/** A format whose weights are MatMulBnb4 blocks. Block size 64 is what transformers.js and bitsandbytes use. */
export function bnb4Format(type: Bnb4Type): FormatMaker {
  return {
    format: type,
    options: ["blockSize", "doubleQuant", "tiedHead", "exclude"],
    plan: (model, recipe) => {
      const settings = {
        blockSize: recipe.blockSize ?? 64,
        doubleQuant: recipe.doubleQuant ?? false,
        tiedHead: recipe.tiedHead ?? true,
      };
      const { targets, skipped } = findMatMulTargets(model.graph, recipe.exclude, settings);
      const rewritten = rewriteMatMulBnb4(model, targets, { type, ...settings });
      return { ...rewritten, skipped, recipe: { ...recipe, ...settings } };
    },
  };
}
