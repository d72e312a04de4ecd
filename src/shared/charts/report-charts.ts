/** The charts that a report of a run shows, in reading order; those that have nothing to show are left out. */
import type { Results } from "../results.ts";
import { accuracyByCell, qualityAgainst } from "../charts/accuracy.ts";
import { computeByBatch, jaccardByK, latencyByBatch, memoryByBatch } from "../charts/from-results.ts";
import { withFrontShares } from "../charts/front-shares.ts";
import { decisionChart } from "./decision.ts";
import type { StaticChart } from "./drawing/drawing.ts";
import { type ChartModel, isEmpty } from "../charts/model.ts";
import { decodeByDepth, wordsByCell } from "../charts/speeds.ts";
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

/** What decides in one picture, first of all; none where nothing was compared. */
export function decisionPictures(results: Results): StaticChart[] {
  return [decisionChart(results)].filter(({ panels }) => panels.length > 0);
}
