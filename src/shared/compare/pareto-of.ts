/** Which cells no other beats in everything, and how sure that is. */
import { type CellResult, isValidAnswer, type Results } from "../results.ts";
import { hashSeed } from "../random.ts";
import type { DrawnCandidate } from "../stats/joint-draws.ts";
import { type ParetoObjective, paretoShares } from "../stats/pareto.ts";
import { launchMedians } from "../stats/launch-summary.ts";
import { timedLaunches } from "./compare-speeds.ts";
import { headlineMemory, type MemoryBasis, memoryBasis } from "./memory-of.ts";

/** Each objective with the values of its units in one cell; null where the cell has none. */
const OBJECTIVES: readonly (ParetoObjective & {
  readonly values: (cell: CellResult, basis: MemoryBasis | null) => ReadonlyMap<string | number, number> | null;
})[] = [
  {
    id: "device memory",
    over: "device memory launches",
    aggregate: "median",
    better: "lower",
    values: (cell, basis) => memoryLaunches(cell, basis, "device"),
  },
  {
    id: "peak memory",
    over: "memory launches",
    aggregate: "median",
    better: "lower",
    values: (cell, basis) => memoryLaunches(cell, basis, "machine"),
  },
  {
    id: "latency",
    over: "launches",
    aggregate: "median",
    better: "lower",
    values: timedLaunchesOf,
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
  const batchSize = done[0] && smallestBatch(done[0]);
  // A card's own memory is what decides there; what its libraries take of the machine's is the same for every format.
  const basis = batchSize === undefined ? null : memoryBasis(done, batchSize);
  const objectives = OBJECTIVES.filter(({ values }) => done.every((cell) => values(cell, basis) !== null));
  if (done.length < 2 || objectives.length < 2) return null;
  const candidates = done.map((cell): DrawnCandidate => ({
    id: cell.label,
    values: Object.fromEntries(objectives.map(({ id, values }) => [id, values(cell, basis)!])),
  }));
  if (!haveCommonUnits(objectives, candidates)) return null;
  const result = paretoShares(objectives, candidates, { seed: hashSeed("pareto", seed) });
  if (!result) return null;
  return {
    objectives: objectives.map(({ id }) => id),
    cells: result.candidates.map(({ id, share, onFront }) => ({ label: id, share, onFront })),
  };
}

function smallestBatch({ forward }: CellResult): number | undefined {
  return forward.find(({ skipped }) => skipped === null)?.batchSize;
}

function memoryLaunches(
  cell: CellResult,
  basis: MemoryBasis | null,
  where: "device" | "machine",
): ReadonlyMap<number, number> | null {
  const batchSize = smallestBatch(cell);
  if (batchSize === undefined || basis === null || (basis.of === "device") !== (where === "device")) return null;
  return headlineMemory(cell, batchSize, basis)?.byLaunch ?? null;
}

function timedLaunchesOf(cell: CellResult): ReadonlyMap<number, number> | null {
  const batchSize = smallestBatch(cell);
  const first = cell.forward.find((row) => row.batchSize === batchSize);
  const medians = first ? launchMedians(timedLaunches(first, "latencyMs")) : null;
  return medians && medians.size > 0 ? medians : null;
}

/** Cells that asked other questions, or of which one has fewer launches, may share no unit at all. */
function haveCommonUnits(objectives: readonly ParetoObjective[], candidates: readonly DrawnCandidate[]): boolean {
  return objectives.every(({ id }) => {
    const [first, ...rest] = candidates.map(({ values }) => values[id]!);
    return [...first!.keys()].some((unit) => rest.every((map) => map.has(unit)));
  });
}
