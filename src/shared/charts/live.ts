/** The charts of a run while it is measured, made from what the lab tells of it. */
import type { LiveCell, Measured } from "../api.ts";
import { type FormatId, isFormatId } from "../formats/formats.ts";
import { isProviderId, type ProviderId } from "../providers/providers.ts";
import { median } from "../stats/quantile.ts";
import { endsWords } from "../stats/ends.ts";
import { MIB, plural } from "../format-numbers.ts";
import { looksOf } from "./looks.ts";
import { axis, type ChartModel, type ChartPoint, type ChartSeries, point } from "./model.ts";
import { yScaleFor } from "./range.ts";

const MS = 1000;
/** More lines than these are not told apart; the newest are shown. */
const MOST_LINES = 6;
/** Points a line is drawn with, at most twice as many: a pixel each. */
const POINTS = 240;
/** Ends of the time axis: it grows in steps, so that the line does not shrink with every reading. */
const AXIS_SECONDS = [5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600];

/** `int4@cpu#2` names its format and provider; null for a label that does not. */
export function cellOfLabel(label: string): { readonly format: FormatId; readonly provider: ProviderId } | null {
  const [format = "", provider = ""] = label.replace(/#\d+$/, "").split("@");
  return isFormatId(format) && isProviderId(provider) ? { format, provider } : null;
}

/** The look of every cell, by label; a label that names no format looks like mixed. */
export function liveLooks(labels: readonly string[]): ReadonlyMap<string, ChartSeries["look"]> {
  const looks = looksOf(labels.map((label) => cellOfLabel(label) ?? { format: "mixed", provider: "cpu" }));
  return new Map(labels.map((label, index) => [label, looks[index]!]));
}

/**
 * Memory or speed of the process that runs, with those of the same kind before it after it: one line a cell, each from its
 * own start.
 * @param what `memory` in MiB, `speed` in tokens/s
 */
export function liveStream(cells: readonly LiveCell[], what: "memory" | "speed"): ChartModel {
  const looks = liveLooks(cells.map(({ label }) => label));
  const sampled = cells.filter(({ launch, samples }) => launch !== null && samples.atMs.length > 0);
  const current = cells.find(({ status, progress }) => status === "running" && progress !== null);
  const wanted = current?.launch?.kind;
  // Until a process has its first reading, those before it stay: the chart is not emptied between two.
  const kind = sampled.some(({ launch }) => launch?.kind === wanted) ? wanted : sampled.at(-1)?.launch?.kind;
  const alike = sampled.filter(({ launch }) => launch?.kind === kind);
  const kept = alike.filter((cell) => cell === current || alike.indexOf(cell) >= alike.length - MOST_LINES);
  const lines = kept.map(({ label, samples }): ChartSeries => ({
    id: label,
    label,
    reference: false,
    look: looks.get(label)!,
    points: thinned(samples.atMs, what === "memory" ? samples.residentBytes.map(toMiB) : samples.tokensPerSecond),
  }));
  const last = Math.max(0, ...lines.map(({ points }) => points.at(-1)?.x ?? 0));
  const end = AXIS_SECONDS.find((seconds) => seconds >= last) ?? last;
  return {
    id: what === "memory" ? "live-memory" : "live-speed",
    kind: "stream",
    title: what === "memory" ? "Memory" : "Tokens per second",
    note:
      what === "memory"
        ? "Resident, of the measuring process, read between runs."
        : "Tokens computed between two readings.",
    x: axis("Time since the process began", "s", { least: 0 }),
    y: axis(what === "memory" ? "Resident memory" : "Speed", what === "memory" ? "MiB" : "tokens/s", {
      least: 0,
      fromZero: true,
    }),
    // Points without a value keep the room that is not filled yet.
    series: lines.map((line, index) =>
      index === 0 ? { ...line, points: [point(0, NaN), ...line.points, point(end, NaN)] } : line,
    ),
    guides: [],
    front: [],
    empty: "Waiting for the first reading.",
  };
}

const toMiB = (bytes: number): number => bytes / MIB;

/** In groups of a power of two, of each its lowest and highest: as a stream grows, what was drawn stays where it was. */
function thinned(atMs: readonly number[], values: readonly number[]): ChartPoint[] {
  let group = 1;
  while (atMs.length / group > POINTS) group *= 2;
  const points: ChartPoint[] = [];
  for (let start = 0; start < atMs.length; start += group) {
    const end = Math.min(atMs.length, start + group);
    let low = start;
    let high = start;
    for (let index = start + 1; index < end; index++) {
      if (values[index]! < values[low]!) low = index;
      if (values[index]! > values[high]!) high = index;
    }
    const shown = low === high ? [low] : [Math.min(low, high), Math.max(low, high)];
    for (const index of shown) points.push(point(atMs[index]! / MS, values[index]!));
  }
  return points;
}

type Forward = Extract<Measured, { kind: "forward" }>;

/** Latency or peak memory by batch size as it arrives: the median of the launches so far, smallest to largest. */
export function liveForward(cells: readonly LiveCell[], what: "latency" | "memory"): ChartModel {
  const looks = liveLooks(cells.map(({ label }) => label));
  const valueOf = ({ medianMs, peakMemoryBytes }: Forward): number | null => {
    if (what === "latency") return medianMs;
    return peakMemoryBytes === null ? null : toMiB(peakMemoryBytes);
  };
  const series = cells
    .map(({ label, measured }): ChartSeries => ({
      id: label,
      label,
      reference: false,
      look: looks.get(label)!,
      points: byBatch(measured, valueOf),
    }))
    .filter(({ points }) => points.length > 0);
  return {
    id: what === "latency" ? "live-latency" : "live-peak-memory",
    kind: "lines",
    title: what === "latency" ? "Forward latency so far" : "Peak memory so far",
    note: `${what === "memory" ? "Resident, mapped files included. " : ""}Median and range of the launches so far.`,
    x: axis("Batch size", "", { scale: "log2", least: 1 }),
    y: axis(what === "latency" ? "Latency" : "Peak memory", what === "latency" ? "ms" : "MiB", {
      scale: yScaleFor(series),
      better: "lower",
      least: 0,
      fromZero: true,
    }),
    series,
    guides: [],
    front: [],
    empty: "Appears with the first batch size that is measured.",
  };
}

function byBatch(measured: readonly Measured[], valueOf: (forward: Forward) => number | null): ChartPoint[] {
  const batches = new Map<number, number[]>();
  for (const each of measured) {
    const value = each.kind === "forward" ? valueOf(each) : null;
    if (each.kind !== "forward" || value === null) continue;
    batches.set(each.batchSize, [...(batches.get(each.batchSize) ?? []), value]);
  }
  return [...batches]
    .sort(([a], [b]) => a - b)
    .map(([batchSize, values]) =>
      point(batchSize, median(values)!, {
        low: values.length > 1 ? Math.min(...values) : null,
        high: values.length > 1 ? Math.max(...values) : null,
        ends: values.length > 1 ? "range" : null,
        note: values.length > 1 ? endsWords("range", values.length, "launch") : plural(values.length, "launch"),
      }),
    );
}
