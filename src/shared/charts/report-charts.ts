/** The charts that a report of a run shows, in reading order; those that have nothing to show are left out. */
import type { Results } from "../results.ts";
import { accuracyByCell, qualityAgainst } from "./accuracy.ts";
import { computeByBatch, jaccardByK, latencyByBatch, memoryByBatch } from "./from-results.ts";
import { withFrontShares } from "./front-shares.ts";
import { type ChartModel, isEmpty } from "./model.ts";
import { decodeByDepth, wordsByCell } from "./speeds.ts";
import { BENCHMARK_MODES } from "../spec.ts";

export function reportCharts(results: Results): ChartModel[] {
  const { cells, pareto } = results;
  const mode = BENCHMARK_MODES.find((each) =>
    cells.some(({ benchmark }) => benchmark.some((row) => row.mode === each)),
  );
  const rates = new Map(
    cells.map(({ label, generations }) => [label, generations.flatMap(({ wordsPerMinute }) => wordsPerMinute ?? [])]),
  );
  return [
    memoryByBatch(results),
    latencyByBatch(results),
    computeByBatch(results),
    decodeByDepth(results, "user"),
    decodeByDepth(results, "compute"),
    jaccardByK(results),
    ...BENCHMARK_MODES.map((each) => accuracyByCell(results, each)),
    ...(mode === undefined
      ? []
      : (["size", "latency"] as const).map((cost) => withFrontShares(qualityAgainst(results, cost, mode), pareto))),
    wordsByCell(results, rates),
  ].filter((model) => !isEmpty(model));
}
