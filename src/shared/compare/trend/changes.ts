/** Changes beyond the noise, named: a number that left the band of those before it, and what else was new when it did. */
import type { MetricDirection } from "../../metrics/descriptor.ts";
import { memoryDiffers } from "../../metrics/peak-memory.ts";
import { isNegligible } from "../../stats/launch-ratio.ts";
import { median } from "../../stats/quantile.ts";
import { signed, significant } from "../../format-numbers.ts";
import { type TrendMetric, TREND_METRICS, type TrendMetricId, type TrendValue } from "./metrics.ts";
import type { TrendPoint, TrendRun, TrendSeries } from "./series.ts";
import { changedAround, changedFile, type Surrounding } from "./environment-changes.ts";

export interface TrendChange {
  readonly metric: TrendMetricId;
  readonly series: Pick<TrendSeries, "format" | "provider">;
  readonly before: { readonly run: string; readonly value: number };
  readonly now: { readonly run: string; readonly label: string; readonly startedAt: string; readonly value: number };
  readonly tone: "better" | "worse";
  /** `latency +18 % (21.0 to 24.8 ms)`. */
  readonly words: string;
  /** `since onnxruntime 1.30.0`, or that nothing else changed. */
  readonly since: string;
  readonly surroundings: readonly Surrounding[];
}

/** How many numbers before a new one make the band that it has to leave. */
const WINDOW = 5;

interface Seen {
  readonly point: TrendPoint;
  readonly run: TrendRun;
  readonly value: TrendValue;
}

/**
 * Every change of one metric in one series, oldest first. A number is a change where its interval is clear of the
 * interval just before it and of the middle of the last five since the change before, under the same setup on the
 * same machine: two 95 % intervals apart are far stricter evidence than one test at 5 %.
 */
export function trendChanges(series: TrendSeries, runs: readonly TrendRun[], metric: TrendMetricId): TrendChange[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const changes: TrendChange[] = [];
  const bands = new Map<string, Seen[]>();
  for (const point of series.points) {
    const value = point.values[metric];
    const run = byId.get(point.run);
    if (!value || !run || !canShow(value, metric)) continue;
    const key = `${run.machineId}\n${run.power ?? ""}\n${value.setup}`;
    const band = bands.get(key) ?? [];
    const now = { point, run, value };
    const before = band.at(-1);
    if (before && isChange(band, value, metric)) {
      changes.push(describe(series, before, now, metric));
      bands.set(key, [now]);
    } else bands.set(key, [...band.slice(1 - WINDOW), now]);
  }
  return changes;
}

function canShow({ kind, n }: TrendValue, metric: TrendMetricId): boolean {
  return kind === "interval" || (metric === "memory" && kind === "range" && n > 1);
}

function isChange(band: readonly Seen[], now: TrendValue, metric: TrendMetricId): boolean {
  const last = band.at(-1)!.value;
  const low = median(band.map(({ value }) => value.low!))!;
  const high = median(band.map(({ value }) => value.high!))!;
  const above = now.low! > Math.max(high, last.high!);
  const below = now.high! < Math.min(low, last.low!);
  return (above || below) && !isTooSmall(last.value, now.value, metric);
}

/** However sure it is. Of what is told as a difference, a share or an index, nothing is. */
function isTooSmall(before: number, now: number, metric: TrendMetricId): boolean {
  if (TREND_METRICS[metric].change === "difference") return false;
  return metric === "memory" ? !memoryDiffers(before, now) : isNegligible(now / before);
}

function describe(series: TrendSeries, before: Seen, now: Seen, metric: TrendMetricId): TrendChange {
  const { format, provider } = series;
  const surroundings = [...changedAround(before.run, now.run), ...changedFile(before.point, now.point)];
  return {
    metric,
    series: { format, provider },
    before: { run: before.run.id, value: before.value.value },
    now: { run: now.run.id, label: now.point.label, startedAt: now.run.startedAt, value: now.value.value },
    tone: toneOf(TREND_METRICS[metric].better, now.value.value - before.value.value),
    words: changeWords(TREND_METRICS[metric], before.value.value, now.value.value),
    since:
      surroundings.length === 0
        ? "with nothing else changed that is recorded"
        : `since ${surroundings.map((each) => (each.before === "" ? each.now : `${each.now} (was ${each.before})`)).join(" and ")}`,
    surroundings,
  };
}

function toneOf(better: MetricDirection, difference: number): TrendChange["tone"] {
  return (better === "lower") === difference < 0 ? "better" : "worse";
}

function changeWords({ word, change, scale, digits, unit }: TrendMetric, before: number, now: number): string {
  const shown = (value: number): string =>
    change === "difference" ? (value / scale).toFixed(digits) : significant(value / scale);
  const behind = unit === "" ? "" : ` ${unit}`;
  const size =
    change === "percent"
      ? `${signed(100 * (now / before - 1), Math.abs(now / before - 1) < 0.1 ? 1 : 0)} %`
      : `${signed((now - before) / scale, digits)}${unit === "%" ? " points" : behind}`;
  return `${word} ${size} (${shown(before)} to ${shown(now)}${behind})`;
}
