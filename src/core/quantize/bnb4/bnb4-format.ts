import type { Bnb4Type } from "./bnb4.ts";
import { findMatMulTargets } from "../graph/matmul-targets.ts";
import type { FormatMaker } from "../format-maker.ts";
import { NamePatterns } from "../graph/name-patterns.ts";
import { splitGemms } from "../graph/split-gemm.ts";
import { rewriteMatMulBnb4 } from "./rewrite-bnb4.ts";

/** A format whose weights are MatMulBnb4 blocks. Block size 64 is what transformers.js and bitsandbytes use. */
export function bnb4Format(type: Bnb4Type): FormatMaker {
  return {
    format: type,
    options: ["blockSize", "doubleQuant", "tiedHead", "gemm", "exclude"],
    plan: (model, recipe) => {
      const settings = {
        blockSize: recipe.blockSize ?? 64,
        doubleQuant: recipe.doubleQuant ?? false,
        tiedHead: recipe.tiedHead ?? true,
        gemm: recipe.gemm ?? true,
      };
      const exclude = new NamePatterns(recipe.exclude ?? []);
      const gemms = settings.gemm ? splitGemms(model.graph, exclude) : [];
      const { targets, skipped } = findMatMulTargets(model.graph, exclude, settings);
      const rewritten = rewriteMatMulBnb4(model, targets, { type, ...settings });
      return { ...rewritten, skipped: [...gemms, ...skipped], recipe: { ...recipe, ...settings } };
    },
  };
}
