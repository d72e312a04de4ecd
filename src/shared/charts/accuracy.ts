/** How often cells are right, alone and against what they cost. */
import type { Results } from "../results.ts";
import type { BenchmarkMode } from "../spec.ts";
import type { Interval } from "../stats/interval.ts";
import { wilson } from "../stats/wilson.ts";
import { accuracyOf } from "../compare/accuracy-of.ts";
import { whiskerWords } from "../stats/ends.ts";
import { MB, plural } from "../format-numbers.ts";
import { cellSeries, timePoint } from "./from-results.ts";
import { axis, type ChartModel, type ChartPoint, point } from "./model.ts";
import { paretoFront } from "./pareto.ts";
import { scaleFor } from "./range.ts";

/** Answers of one cell that count. A page that was sent no answers (a large run) has these from the run's summaries. */
interface RightCount {
  /** Of the cell. */
  readonly label: string;
  readonly mode: string;
  readonly correct: number;
  readonly valid: number;
}

export function countsOf({ cells }: Results): RightCount[] {
  return cells.flatMap(({ label, benchmark }) =>
    benchmark.map(({ mode, answers }) => {
      const { correct, n } = accuracyOf(answers);
      return { label, mode, correct, valid: n };
    }),
  );
}

export function accuracyByCell(results: Results, mode: BenchmarkMode, counts = countsOf(results)): ChartModel {
  const measured = results.cells.filter(({ label }) => shareOf(counts, label, mode) !== null);
  const series = cellSeries(results, (cell) => {
    const share = shareOf(counts, cell.label, mode);
    if (!share) return [];
    const note = `${share.correct} of ${plural(share.valid, "question")}`;
    return [point(measured.indexOf(cell), share.percent, { low: share.low, high: share.high, ends: "interval", note })];
  });
  const chance = results.questionSet?.chanceLevel;
  return {
    id: `accuracy-${mode}`,
    kind: "dots",
    title: mode === "generate" ? "Accuracy of generated answers" : "Accuracy by likelihood",
    note: "Share of questions answered right, with its 95 % Wilson interval.",
    x: axis("Cell", "", { scale: "category", categories: measured.map(({ label }) => label) }),
    y: axis("Accuracy", "%", { better: "higher", least: 0, most: 100 }),
    series,
    guides: chance === undefined || series.length === 0 ? [] : [{ axis: "y", value: 100 * chance, label: "chance" }],
    front: [],
    empty: "No cell answered questions. Enable the benchmark pass.",
  };
}

/** What a cell costs, against how often it is right. Latency is that of the smallest batch size. */
export function qualityAgainst(
  results: Results,
  cost: "size" | "latency",
  mode: BenchmarkMode,
  counts = countsOf(results),
): ChartModel {
  const series = cellSeries(results, (cell) => {
    const share = shareOf(counts, cell.label, mode);
    const at =
      cost === "size"
        ? cell.bytes === 0
          ? null
          : point(0, cell.bytes / MB)
        : smallestBatch(cell.forward.map((each) => timePoint(each, "latencyMs")));
    if (!share || !at) return [];
    const { low, high } = share;
    const note = at.note === null ? null : `latency: ${at.note}`;
    const { low: xLow, high: xHigh, ends: xEnds } = at;
    return [point(at.y, share.percent, { low, high, xLow, xHigh, ends: "interval", xEnds, note })];
  });
  const points = series.flatMap(({ points: own }) => own);
  const [label, unit] = cost === "size" ? ["File size", "MB"] : ["Latency", "ms"];
  return {
    id: `quality-against-${cost}`,
    kind: "scatter",
    title: `Accuracy against ${cost === "size" ? "file size" : "latency"}`,
    note: `The line joins the cells that no other beats in both.${crossesOf(cost, points)}`,
    x: axis(label, unit, { scale: scaleFor(points.map(({ x }) => x)), better: "lower", least: 0 }),
    y: axis("Accuracy", "%", { better: "higher", least: 0, most: 100 }),
    series,
    guides: [],
    front: paretoFront(points, "lower", "higher").map(({ x, y }) => ({ x, y })),
    empty: "No cell has both answers and a cost. The benchmark and forward passes measure them.",
  };
}

function crossesOf(cost: "size" | "latency", points: readonly ChartPoint[]): string {
  const words = whiskerWords(points.flatMap(({ ends, xEnds }) => (cost === "latency" ? [ends, xEnds] : [ends])));
  return words === "" ? "" : ` ${words}`;
}

function smallestBatch(points: readonly (ChartPoint | null)[]): ChartPoint | null {
  return points.filter((each) => each !== null).sort((a, b) => a.x - b.x)[0] ?? null;
}

interface Share extends RightCount, Interval {
  /** Value and interval in percent. */
  readonly percent: number;
}

function shareOf(counts: readonly RightCount[], label: string, mode: BenchmarkMode): Share | null {
  const count = counts.find((each) => each.label === label && each.mode === mode);
  const interval = count ? wilson(count.correct, count.valid) : null;
  if (!count || !interval) return null;
  return { ...count, percent: (100 * count.correct) / count.valid, low: 100 * interval.low, high: 100 * interval.high };
}
