import { alignTexts } from "../metrics/divergence.ts";
import type { CellResult, Comparison } from "../results.ts";

/** Where the generated texts of two cells part, prompt by prompt. */
export function compareGenerations(reference: CellResult, candidate: CellResult): Comparison["generations"] {
  const byId = new Map(candidate.generations.map((generation) => [generation.promptId, generation]));
  return reference.generations.flatMap((ours) => {
    const theirs = byId.get(ours.promptId);
    if (theirs?.prompt !== ours.prompt) return [];
    const { firstDivergence, commonShare } = alignTexts(ours.tokenIds, theirs.tokenIds);
    const referenceMargin = firstDivergence === null ? null : (ours.margins[firstDivergence] ?? null);
    return [{ promptId: ours.promptId, firstDivergence, commonShare, referenceMargin }];
  });
}
