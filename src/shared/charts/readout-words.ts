/** A point in exact numbers, for whoever points at it. */
import type { ChartModel, ChartPoint, ChartSeries } from "./model.ts";

const EXACT_DIGITS = 6;

/** Six digits that count, thousands grouped, U+2212 for a minus. */
export function exactly(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: EXACT_DIGITS }).replace("-", "−");
}

/** `int4@cpu: 412.6 ms (408.1 to 420.9), 95 % interval over 6 launches`. */
export function readoutWords({ y }: ChartModel, { label }: ChartSeries, point: ChartPoint): string {
  const { y: value, low, high, note } = point;
  const ends = low === null || high === null ? "" : ` (${exactly(low)} to ${exactly(high)})`;
  const unit = y.unit === "" ? "" : ` ${y.unit}`;
  return `${label}: ${exactly(value)}${unit}${ends}${note === null ? "" : `, ${note}`}`;
}
