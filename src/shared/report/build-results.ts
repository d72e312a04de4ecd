import { FORMATS } from "../formats/formats.ts";
import { type CellResult, type Results, RESULTS_VERSION } from "../results.ts";
import { TOP_K } from "../spec.ts";
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
  const comparisons = cells
    .filter((cell) => cell !== reference)
    .map((candidate) => {
      const differences = compareCells(reference, candidate, topK, run.spec.seed);
      const chanceLevel = questionSet?.chanceLevel ?? null;
      return { ...differences, verdict: verdict({ reference, candidate, differences, chanceLevel, marginPoints }) };
    });
  return { schemaVersion: RESULTS_VERSION, ...stored, comparisons };
}

/** The cell that the run named as its reference, else the one of the highest precision. */
export function referenceCell(cells: readonly CellResult[], label: string | undefined): CellResult {
  const named = cells.find((cell) => cell.label === label);
  if (named) return named;
  return [...cells].sort((a, b) => FORMATS[b.format].precisionRank - FORMATS[a.format].precisionRank)[0]!;
}
