/** One number of a model over time: a line a format and provider, intervals drawn, marks where the surroundings changed. */
import { plural } from "../format-numbers.ts";
import { TREND_METRICS, type TrendMetricId, type TrendValue } from "../compare/trend/metrics.ts";
import type { Trend, TrendRun, TrendSeries } from "../compare/trend/series.ts";
import { trendEvents, type Surrounding, type TrendEvent } from "../compare/trend/environment-changes.ts";
import { looksOf } from "./looks.ts";
import { axis, type ChartGuide, type ChartModel, type ChartPoint, type ChartSeries, point } from "./model.ts";
import { yScaleFor } from "./range.ts";
import { timeText } from "./time-ticks.ts";

/** Marks that are nearer than this share of the axis are one. */
const NEAR = 0.03;
/** Words reach so far to the left of their mark, as a share of the axis; nearer ones stand a row lower. */
const REACH = 0.3;
const ROWS = 3;
/** Longer words at a mark would cover its neighbours. */
const LONGEST_LABEL = 24;
/** Markers and whiskers of more points than these cover each other and the line. */
const MOST_MARKED = 50;
const MOST_REMEMBERED = 1000;

/** @param marks whether to draw where the surroundings changed */
export function trendChart(trend: Trend, metric: TrendMetricId, marks = true): ChartModel {
  const { title, axis: label, unit, scale, better, least, most, note, empty } = TREND_METRICS[metric];
  const runs = new Map(trend.runs.map((run) => [run.id, run]));
  const looks = looksOf(trend.series);
  const series = trend.series.flatMap((each, index) =>
    linesOf(each, runs, metric, scale).map((line) => ({ ...line, look: looks[index]! })),
  );
  return {
    id: `trend-${metric}`,
    kind: series.some(({ points }) => points.length > MOST_MARKED) ? "stream" : "lines",
    title,
    note,
    x: axis(startedLabel(series), "", { scale: "time" }),
    y: axis(label, unit, { scale: yScaleFor(series), better, least, most }),
    series: series.map((line): ChartSeries => ({ ...line, reference: false })),
    guides:
      marks && series.length > 0 ? guidesOf(trendEvents(trend.runs, withMetric(trend.series, metric)), series) : [],
    front: [],
    empty,
  };
}

/** Ticks within a day say only the hour: then the day stands here. */
function startedLabel(series: readonly Line[]): string {
  const days = new Set(series.flatMap(({ points }) => points.map(({ x }) => timeText(x).slice(0, 10))));
  return days.size === 1 ? `Run started, ${[...days].join("")}` : "Run started";
}

function withMetric(series: readonly TrendSeries[], metric: TrendMetricId): TrendSeries[] {
  return series.map((each) => ({ ...each, points: each.points.filter(({ values }) => values[metric] !== null) }));
}

type Line = Omit<ChartSeries, "look" | "reference">;

/**
 * A line joins only numbers of one setup on one machine: others stand apart, and say how. Where all have the same, nothing
 * is said.
 */
function linesOf(
  { format, provider, points }: TrendSeries,
  runs: ReadonlyMap<string, TrendRun>,
  metric: TrendMetricId,
  scale: number,
): Line[] {
  const lines = new Map<string, { run: TrendRun; setup: string; points: ChartPoint[] }>();
  for (const { run: id, label, values } of points) {
    const value = values[metric];
    const run = runs.get(id);
    if (!value || !run) continue;
    const key = `${run.machineId}\n${value.setup}`;
    const line = lines.get(key) ?? { run, setup: value.setup, points: [] };
    lines.set(key, line);
    line.points.push(pointOf(value, run, label, metric, scale));
  }
  const all = [...lines.values()];
  const machines = new Set(all.map(({ run }) => run.machineId)).size > 1;
  const setupsOf = ({ run: { machineId } }: (typeof all)[number]): number =>
    all.filter(({ run }) => run.machineId === machineId).length;
  return all.map((line, index) => ({
    id: `${format}@${provider}${index === 0 ? "" : `#${index + 1}`}`,
    label: [
      `${format}@${provider}`,
      // The processor is enough to tell machines apart, mostly; the readout has the run.
      ...(machines ? [line.run.machine.split(" + ")[0]!] : []),
      ...(setupsOf(line) > 1 ? [line.setup] : []),
    ].join(", "),
    points: line.points.sort((a, b) => a.x - b.x),
  }));
}

/** By count: writing a number as people read it costs more than the rest of a point. */
const countedBefore = new Map<string, string>();

function counted(n: number, noun: string): string {
  const key = `${n} ${noun}`;
  const known = countedBefore.get(key);
  if (known !== undefined) return known;
  const words = plural(n, noun);
  if (countedBefore.size < MOST_REMEMBERED) countedBefore.set(key, words);
  return words;
}

function pointOf(
  { value, low, high, kind, n }: TrendValue,
  run: TrendRun,
  label: string,
  metric: TrendMetricId,
  scale: number,
): ChartPoint {
  const { counts } = TREND_METRICS[metric];
  const what = kind === "runs" ? "runs of 1 launch" : counted(n, counts);
  const note = kind === "none" ? what : kind === "range" ? `range of ${what}` : `95 % interval over ${what}`;
  return point(Date.parse(run.startedAt), value / scale, {
    low: low === null ? null : low / scale,
    high: high === null ? null : high / scale,
    ends: kind === "none" ? null : kind,
    note: [note, `onnxruntime ${run.onnxruntime}`, run.name, ...(/#\d+$/.test(label) ? [label] : [])].join(" · "),
  });
}

/** One mark a group of near changes, its words as short as they can be. */
function guidesOf(events: readonly TrendEvent[], series: readonly Line[]): ChartGuide[] {
  const xs = series.flatMap(({ points }) => points.map(({ x }) => x));
  const [first, last] = [Math.min(...xs), Math.max(...xs)];
  const near = NEAR * (last - first);
  const groups: { at: number; changes: Surrounding[] }[] = [];
  for (const { at, changes } of events) {
    if (at < first || at > last) continue;
    const group = groups.at(-1);
    if (group && at - group.at < near) group.changes.push(...changes);
    else groups.push({ at, changes: [...changes] });
  }
  const ends = new Array<number>(ROWS).fill(-Infinity);
  return groups.map(({ at, changes }): ChartGuide => {
    const row = ends.findIndex((end) => at - end > REACH * (last - first));
    // Where there is no row left the line alone stands: the list of changes has the words.
    if (row < 0) return { axis: "x", value: at, label: "" };
    ends[row] = at;
    return { axis: "x", value: at, label: wordsOf(changes), row };
  });
}

const SHORT: Readonly<Record<Surrounding["id"], (change: Surrounding) => string>> = Object.freeze({
  onnxruntime: ({ now }) => now.replace("onnxruntime", "ORT"),
  driver: ({ now }) => now,
  app: () => "app",
  machine: () => "machine",
  power: ({ now }) => now,
  file: () => "file",
});

function wordsOf(changes: readonly Surrounding[]): string {
  // Of several versions in one group the last one counts: that is what came out of it.
  const byId = new Map(changes.map((change) => [change.id, SHORT[change.id](change)]));
  const words = [...byId.values()];
  const text = words.join(", ");
  return text.length <= LONGEST_LABEL ? text : `${words[0]!} +${words.length - 1}`;
}
