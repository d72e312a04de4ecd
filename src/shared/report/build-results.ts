import { FORMATS } from "../formats/formats.ts";
import { type CellResult, type Results, RESULTS_VERSION } from "../results.ts";
import { TOP_K } from "../spec.ts";
import { holm } from "../stats/holm.ts";
import { compareCells } from "./compare-cells.ts";
import { DEFAULT_MARGIN_POINTS, verdict } from "./verdict.ts";

/** results.json of a stored run: what was measured, and every other cell compared with the reference. */
export function buildResults(
  stored: Omit<Results, "comparisons" | "schemaVersion">,
  marginPoints = DEFAULT_MARGIN_POINTS,
): Results {
  const { run, cells, questionSet } = stored;
  const reference = referenceCell(cells, run.spec.reference);
  const topK = run.spec.passes.tokens?.topK ?? TOP_K;
  const compared = cells
    .filter((cell) => cell !== reference)
    .map((candidate) => ({ candidate, differences: compareCells(reference!, candidate, topK, run.spec.seed) }));
  // Of several candidates one looks worse by chance more often than one in twenty: their p-values are judged together.
  const tested = compared.flatMap(({ differences }) => differences.accuracyDelta ?? []);
  const adjusted = holm(tested.map(({ mcnemarP }) => mcnemarP));
  const comparisons = compared.map(({ candidate, differences }) => {
    const place = differences.accuracyDelta === null ? -1 : tested.indexOf(differences.accuracyDelta);
    return {
      ...differences,
      verdict: verdict({
        reference: reference!,
        candidate,
        differences,
        chanceLevel: questionSet?.chanceLevel ?? null,
        marginPoints,
        adjusted: place < 0 ? undefined : { p: adjusted[place]!, candidates: tested.length },
      }),
    };
  });
  return { schemaVersion: RESULTS_VERSION, ...stored, comparisons };
}

/** The cell that the run named as its reference, else the one of the highest precision; undefined without cells. */
export function referenceCell(cells: readonly CellResult[], label: string | undefined): CellResult | undefined {
  const named = cells.find((cell) => cell.label === label);
  if (named) return named;
  return [...cells].sort((a, b) => FORMATS[b.format].precisionRank - FORMATS[a.format].precisionRank)[0];
}
