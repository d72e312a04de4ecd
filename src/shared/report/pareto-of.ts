/** Which cells no other beats in everything, and how sure that is. */
import { type CellResult, isValidAnswer, type Results } from "../results.ts";
import { hashSeed } from "../random.ts";
import type { DrawnCandidate } from "../stats/joint-draws.ts";
import { type ParetoObjective, paretoShares } from "../stats/pareto.ts";
import { median } from "../stats/quantile.ts";

/** Each objective with the values of its units in one cell; null where the cell has none. */
const OBJECTIVES: readonly (ParetoObjective & {
  readonly values: (cell: CellResult) => Map<string | number, number> | null;
})[] = [
  {
    id: "device memory",
    over: "device memory launches",
    aggregate: "median",
    better: "lower",
    values: (cell) => smallestBatch(cell, ({ deviceMemoryBytes }) => deviceMemoryBytes),
  },
  {
    id: "peak memory",
    over: "memory launches",
    aggregate: "median",
    better: "lower",
    values: (cell) => smallestBatch(cell, ({ peakMemoryBytes }) => peakMemoryBytes),
  },
  {
    id: "latency",
    over: "launches",
    aggregate: "median",
    better: "lower",
    values: (cell) => smallestBatch(cell, ({ latencyMs }) => median(latencyMs)),
  },
  {
    id: "accuracy",
    over: "questions",
    aggregate: "mean",
    better: "higher",
    values: ({ benchmark }) => {
      const answers = benchmark[0]?.answers.filter(isValidAnswer) ?? [];
      return answers.length === 0 ? null : new Map(answers.map((row) => [row.questionId, Number(row.correct)]));
    },
  },
];

/** Null with fewer than two finished cells, and where not every cell has at least two of memory, latency and accuracy. */
export function paretoOf(cells: readonly CellResult[], seed: number): Results["pareto"] {
  const done = cells.filter(({ status }) => status === "done");
  const measured = OBJECTIVES.filter(({ values }) => done.every((cell) => values(cell) !== null));
  // A card's own memory is what decides there; what its libraries take of the machine's is the same for every format.
  const onDevice = measured.some(({ id }) => id === "device memory");
  const objectives = onDevice ? measured.filter(({ id }) => id !== "peak memory") : measured;
  if (done.length < 2 || objectives.length < 2) return null;
  const candidates = done.map((cell): DrawnCandidate => ({
    id: cell.label,
    values: Object.fromEntries(objectives.map(({ id, values }) => [id, values(cell)!])),
  }));
  if (!haveCommonUnits(objectives, candidates)) return null;
  const result = paretoShares(objectives, candidates, { seed: hashSeed("pareto", seed) });
  if (!result) return null;
  return {
    objectives: objectives.map(({ id }) => id),
    cells: result.candidates.map(({ id, share, onFront }) => ({ label: id, share, onFront })),
  };
}

function smallestBatch(
  { forward }: CellResult,
  read: (launch: CellResult["forward"][number]["launches"][number]) => number | null,
): Map<number, number> | null {
  const first = forward.find(({ skipped }) => skipped === null);
  const values = (first?.launches ?? [])
    .filter(({ kind, skipped }) => kind === "timing" && skipped === null)
    .flatMap((launch) => {
      const value = read(launch);
      return value === null ? [] : [[launch.launch, value] as const];
    });
  return values.length === 0 ? null : new Map(values);
}

/** Cells that asked other questions, or of which one has fewer launches, may share no unit at all. */
function haveCommonUnits(objectives: readonly ParetoObjective[], candidates: readonly DrawnCandidate[]): boolean {
  return objectives.every(({ id }) => {
    const [first, ...rest] = candidates.map(({ values }) => values[id]!);
    return [...first!.keys()].some((unit) => rest.every((map) => map.has(unit)));
  });
}
