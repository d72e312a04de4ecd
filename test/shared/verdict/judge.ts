/** The verdict on one candidate, judged as if there were no other. */
import type { CellResult, Verdict } from "#shared/results.ts";
import { compareCells } from "#shared/compare/compare-cells.ts";
import { decide } from "#shared/verdict/decide.ts";
import { verdict, type VerdictInput } from "#shared/verdict/verdict.ts";

export function judge(
  reference: CellResult,
  candidate: CellResult,
  { topK = [1, 20], ...extra }: Partial<VerdictInput> & { readonly topK?: readonly number[] } = {},
): Verdict {
  const differences = compareCells(reference, candidate, { topK, seed: 0 });
  const limits = extra.limits ?? { marginPoints: 1 };
  const [decision] = decide([differences.answerChange], limits.marginPoints, 1) as [VerdictInput["decision"]];
  const [generated] = decide([differences.generated?.answerChange ?? null], limits.marginPoints, 1) as [null];
  return verdict({
    reference,
    candidate,
    differences,
    chanceLevel: 0.25,
    questionSet: null,
    limits,
    decision,
    generated,
    ...extra,
  });
}
