/** The charts of one run, made from its results. Values are converted to display units here, and only here. */
import type { CellResult, ForwardResult, Results } from "../../results.ts";
import { medianInterval } from "../../stats/median-interval.ts";
import { median } from "../../stats/quantile.ts";
import { referenceCell } from "../build-results.ts";
import { plural } from "../quantities.ts";
import { looksOf } from "./looks.ts";
import { axis, type ChartModel, type ChartPoint, type ChartSeries, point } from "./model.ts";
import { scaleFor } from "./range.ts";

/** Memory in MiB, as shared/report/quantities.ts shows it. */
const MIB = 2 ** 20;

/** One series a cell that has any point, in the look of its format and provider. */
export function cellSeries(results: Results, pointsOf: (cell: CellResult) => ChartPoint[]): ChartSeries[] {
  const { cells, run } = results;
  const looks = looksOf(cells);
  const reference = referenceCell(cells, run.spec.reference);
  return cells
    .map((cell, index) => ({
      id: cell.id,
      label: cell.label,
      reference: cell === reference,
      look: looks[index]!,
      points: pointsOf(cell),
    }))
    .filter(({ points }) => points.length > 0);
}

const yValues = (series: readonly ChartSeries[]): number[] => series.flatMap(({ points }) => points.map(({ y }) => y));

const byX = (a: ChartPoint, b: ChartPoint): number => a.x - b.x;

export function memoryByBatch(results: Results): ChartModel {
  const series = cellSeries(results, ({ forward }) =>
    forward
      .flatMap(({ batchSize, peakMemoryBytes }) =>
        peakMemoryBytes === null ? [] : [point(batchSize, peakMemoryBytes / MIB)],
      )
      .sort(byX),
  );
  return {
    id: "memory-by-batch",
    kind: "lines",
    title: "Peak memory by batch size",
    note: "Peak resident memory above the idle process, loading included.",
    x: axis("Batch size", "", { scale: "log2", least: 1 }),
    y: axis("Peak memory", "MiB", { scale: scaleFor(yValues(series)), better: "lower", least: 0, fromZero: true }),
    series,
    guides: [],
    front: [],
    empty: "No cell has measured memory. The forward pass does.",
  };
}

export function latencyByBatch(results: Results): ChartModel {
  const series = cellSeries(results, ({ forward }) => forward.flatMap((each) => latencyPoint(each) ?? []).sort(byX));
  return {
    id: "latency-by-batch",
    kind: "lines",
    title: "Forward latency by batch size",
    note: "Median over launches with its 95 % interval; fewer than six give the range that was seen.",
    x: axis("Batch size", "", { scale: "log2", least: 1 }),
    y: axis("Latency", "ms", { scale: scaleFor(yValues(series)), better: "lower", least: 0, fromZero: true }),
    series,
    guides: [],
    front: [],
    empty: "No cell has measured latency. The forward pass does.",
  };
}

/** Null where nothing was timed. A launch is a process: launches differ by more than the runs inside one. */
export function latencyPoint({ batchSize, launches }: ForwardResult): ChartPoint | null {
  const timed = launches.filter(({ kind, latencyMs }) => kind === "timing" && latencyMs.length > 0);
  const [first, second] = timed;
  if (!first) return null;
  const values = second ? timed.map(({ latencyMs }) => median(latencyMs)!) : first.latencyMs;
  const { median: value, low, high, n, kind } = medianInterval(values)!;
  const what = plural(n, second ? "launch" : "run").replace(/launchs$/, "launches");
  return point(batchSize, value, { low, high, note: kind === "range" ? `${what}, smallest to largest` : what });
}

/** Jaccard index of the top k next tokens with the reference's, grouped by k. */
export function jaccardByK(results: Results): ChartModel {
  const ks = [...new Set(results.comparisons.flatMap(({ jaccard }) => Object.keys(jaccard)))].sort(
    (a, b) => Number(a) - Number(b),
  );
  const series = cellSeries(results, ({ label }) => {
    const jaccard = results.comparisons.find(({ candidate }) => candidate === label)?.jaccard ?? {};
    return ks.flatMap((k, x) => {
      const value = jaccard[k];
      return value ? [point(x, value.mean, { low: value.low, high: value.high })] : [];
    });
  });
  return {
    id: "jaccard-by-k",
    kind: "dots",
    title: "Next tokens in common with the reference",
    note: "Mean Jaccard index of the k most likely next tokens, with its 95 % interval.",
    x: axis("k", "", { scale: "category", categories: ks }),
    y: axis("Jaccard index", "", { better: "higher", most: 1 }),
    series,
    guides: [],
    front: [],
    empty: "No two cells have token rows to compare. The tokens pass gives them, for the reference as well.",
  };
}
