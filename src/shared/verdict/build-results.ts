import { FORMATS } from "../formats/formats.ts";
import { type CellResult, type Limits, type Results, RESULTS_VERSION } from "../results.ts";
import { TOP_K } from "../spec.ts";
import { compareCells, type Differences } from "../compare/compare-cells.ts";
import { decideBoth } from "./decide.ts";
import { withReplayedWords } from "../compare/join-replays.ts";
import { paretoOf } from "../compare/pareto-of.ts";
import { DEFAULT_MARGIN_POINTS, verdict } from "./verdict.ts";

/** results.json of a stored run: what was measured, and every other cell compared with the reference. */
export function buildResults(
  stored: Omit<Results, "comparisons" | "schemaVersion" | "pareto">,
  limits: Limits = { marginPoints: DEFAULT_MARGIN_POINTS },
): Results {
  const { run, questionSet } = stored;
  const cells = stored.cells.map(withReplayedWords);
  const reference = referenceCell(cells, run.spec.reference);
  const others = cells.filter((cell) => cell !== reference);
  const options = {
    topK: run.spec.passes.tokens?.topK ?? TOP_K,
    seed: run.spec.seed,
    subjects: questionSet?.subjects ?? {},
    rightChoices: questionSet?.rightChoices ?? {},
    repeat: others.find((cell) => isRepeat(cell, reference)),
  };
  const comparisons = others.map((candidate) => compareCells(reference!, candidate, options));
  const pareto = paretoOf(cells, run.spec.seed);
  return judge({ schemaVersion: RESULTS_VERSION, ...stored, cells, comparisons, pareto }, limits);
}

/** Gives every comparison its verdict. Comparing takes the time: other limits are judged without doing it again. */
export function judge(
  results: Omit<Results, "comparisons"> & { readonly comparisons: readonly Differences[] },
  limits: Limits,
): Results {
  const { run, cells, questionSet } = results;
  const reference = referenceCell(cells, run.spec.reference);
  const look = run.spec.sample?.look ?? 1;
  const decisions = decideBoth(results.comparisons, limits.marginPoints, look);
  const comparisons = results.comparisons.map((differences, index) => ({
    ...differences,
    verdict: verdict({
      reference: reference!,
      candidate: cells.find(({ label }) => label === differences.candidate)!,
      differences,
      chanceLevel: questionSet?.chanceLevel ?? null,
      questionSet,
      limits,
      ...decisions[index]!,
    }),
  }));
  return { ...results, comparisons, limits };
}

/** The same file on the same provider with the same threads, in a cell of its own. */
function isRepeat(cell: CellResult, reference: CellResult | undefined): boolean {
  return (["sha256", "provider", "threads"] as const).every((field) => cell[field] === reference?.[field]);
}

/** The cell that the run named as its reference, else the one of the highest precision; undefined without cells. */
export function referenceCell<Cell extends Pick<CellResult, "label" | "format">>(
  cells: readonly Cell[],
  label: string | undefined,
): Cell | undefined {
  const named = cells.find((cell) => cell.label === label);
  if (named) return named;
  return [...cells].sort((a, b) => FORMATS[b.format].precisionRank - FORMATS[a.format].precisionRank)[0];
}
