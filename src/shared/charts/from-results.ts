/** The charts of one run, made from its results. Values are converted to display units here, and only here. */
import type { MemoryOf } from "../metrics/peak-memory.ts";
import type { CellResult, ForwardResult, Results } from "../results.ts";
import { launchSummary } from "../stats/launch-summary.ts";
import { type MedianInterval, medianInterval } from "../stats/median-interval.ts";
import { referenceCell } from "../verdict/build-results.ts";
import { timedLaunches } from "../compare/compare-speeds.ts";
import { endsWords } from "../stats/ends.ts";
import { headlineMemory, type MemoryBasis, memoryBasis } from "../compare/memory-of.ts";
import { mebibytes, MIB, plural } from "../format-numbers.ts";
import { looksOf } from "./looks.ts";
import { axis, type ChartModel, type ChartPoint, type ChartSeries, point, whiskersOf } from "./model.ts";
import { yScaleFor } from "./range.ts";

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

const byX = (a: ChartPoint, b: ChartPoint): number => a.x - b.x;

export function memoryByBatch(results: Results): ChartModel {
  const batches = new Set(results.cells.flatMap(({ forward }) => forward.map(({ batchSize }) => batchSize)));
  const bases = new Map([...batches].map((batch) => [batch, memoryBasis(results.cells, batch)]));
  const series = cellSeries(results, (cell) =>
    [...bases].flatMap(([batch, basis]) => (basis && memoryPoint(cell, batch, basis)) ?? []).sort(byX),
  );
  const of = [...bases.values()].find((basis) => basis !== null)?.of ?? "resident";
  return {
    id: "memory-by-batch",
    kind: "lines",
    title: "Peak memory by batch size",
    note: `${MEMORY_NOTES[of]} Median over launches.${whiskersOf(series)}`,
    x: axis("Batch size", "", { scale: "log2", least: 1 }),
    y: axis("Peak memory", "MiB", { scale: yScaleFor(series), better: "lower", least: 0, fromZero: true }),
    series,
    guides: [],
    front: [],
    empty: "No cell measured memory. Enable the forward pass.",
  };
}

const MEMORY_NOTES: Readonly<Record<MemoryOf, string>> = Object.freeze({
  device: "Memory of the process on the device.",
  anonymous: "The process's own memory above the idle process, loading included, without mapped files.",
  resident: "Peak resident memory above the idle process, loading and mapped files included.",
});

function memoryPoint(cell: CellResult, batchSize: number, basis: MemoryBasis): ChartPoint | null {
  const memory = headlineMemory(cell, batchSize, basis);
  const middle = memory && medianInterval([...memory.byLaunch.values()].map((bytes) => bytes / MIB));
  if (!middle) return null;
  const { note, ...rest } = medianPoint(batchSize, middle, "launch");
  const { mappedBytes } = memory;
  const mapped = mappedBytes === null ? "" : `, ${mebibytes(mappedBytes)} MiB of mapped files beside it`;
  return { ...rest, note: `${note ?? ""}${mapped}` };
}

export function latencyByBatch(results: Results): ChartModel {
  return timeByBatch(results, "latencyMs", {
    id: "latency-by-batch",
    title: "Forward latency by batch size",
    note: "Median over launches.",
    empty: "No cell measured latency. Enable the forward pass.",
  });
}

/** Forward latency without the copy of the logits, which grows with the vocabulary. */
export function computeByBatch(results: Results): ChartModel {
  return timeByBatch(results, "computeMs", {
    id: "compute-by-batch",
    title: "Forward compute by batch size",
    note: "Logits stay in the runtime. Median over launches.",
    empty: "No cell has timed its forward pass without fetching the logits.",
  });
}

function timeByBatch(
  results: Results,
  field: "latencyMs" | "computeMs",
  words: Pick<ChartModel, "id" | "title" | "note" | "empty">,
): ChartModel {
  const series = cellSeries(results, ({ forward }) =>
    forward.flatMap((each) => timePoint(each, field) ?? []).sort(byX),
  );
  return {
    ...words,
    note: words.note + whiskersOf(series),
    kind: "lines",
    x: axis("Batch size", "", { scale: "log2", least: 1 }),
    y: axis("Latency", "ms", { scale: yScaleFor(series), better: "lower", least: 0, fromZero: true }),
    series,
    guides: [],
    front: [],
  };
}

/** A forward pass at its batch size; null where nothing was timed. */
export function timePoint(forward: ForwardResult, field: "latencyMs" | "computeMs"): ChartPoint | null {
  const summary = launchSummary(timedLaunches(forward, field));
  if (!summary) return null;
  const { over, launches, runs } = summary;
  return over === "runs"
    ? medianPoint(forward.batchSize, { ...summary, n: runs }, "run")
    : medianPoint(forward.batchSize, { ...summary, n: launches }, "launch");
}

/** @param noun what `n` counts */
export function medianPoint(
  x: number,
  { median, low, high, n, kind }: Pick<MedianInterval, "median" | "low" | "high" | "n" | "kind">,
  noun: "launch" | "run",
): ChartPoint {
  if (n === 1) return point(x, median, { note: plural(n, noun) });
  const ends = kind === "range" ? "range" : noun === "run" ? "runs" : "interval";
  return point(x, median, { low, high, ends, note: endsWords(ends, n, noun) });
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
      if (!value) return [];
      return [point(x, value.mean, { low: value.low, high: value.high, ends: value.low === null ? null : "interval" })];
    });
  });
  return {
    id: "jaccard-by-k",
    kind: "dots",
    title: "Next tokens in common with the reference",
    note: `Mean Jaccard index of the k most likely next tokens over questions.${whiskersOf(series)}`,
    x: axis("k", "", { scale: "category", categories: ks }),
    y: axis("Jaccard index", "", { better: "higher", most: 1 }),
    series,
    guides: [],
    front: [],
    empty: "No two cells have token rows to compare. Enable the tokens pass, for the reference too.",
  };
}
