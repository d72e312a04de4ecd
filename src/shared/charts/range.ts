/** Which part of an axis is shown: all values with their intervals and guides, and a little air. */
import type { ForestPanel } from "./forest-model.ts";
import type { ChartAxis, ChartModel, ChartScale, ChartSeries } from "./model.ts";

export type Range = readonly [low: number, high: number];

/** From here on a linear axis shows the small values as one line. */
const DECADES = 100;
/** Share of the range that stays free at either end. */
const AIR = 0.06;
const ROOM_A_ROW = 0.08;

/** `log10` where the values span two decades and none is zero or below, else `linear`. */
export function scaleFor(values: readonly number[]): Extract<ChartScale, "linear" | "log10"> {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return low > 0 && high / low >= DECADES ? "log10" : "linear";
}

/** `scaleFor` the values of all points. */
export function yScaleFor(series: readonly Pick<ChartSeries, "points">[]): ReturnType<typeof scaleFor> {
  return scaleFor(series.flatMap(({ points }) => points.map(({ y }) => y)));
}

export function isLog(scale: ChartScale): boolean {
  return scale === "log2" || scale === "log10";
}

/** @param side which axis of the model; values that its scale cannot show are left out */
export function axisRange(model: ChartModel, side: "x" | "y"): Range {
  const shown = model[side];
  if (shown.scale === "category") return [-0.5, Math.max(1, shown.categories.length) - 0.5];
  const extremes = extremesOf(model, side);
  const [low, high] = isLog(shown.scale)
    ? logRange(extremes)
    : linearRange(extremes, shown, model.kind === "stream" && side === "x");
  const room = side === "y" ? roomForWords(model) : 0;
  if (room === 0) return [low, high];
  return [low, isLog(shown.scale) ? high * (high / low) ** room : high + room * (high - low)];
}

/** Of a forest plot's panel: all points with their ends, the line of no difference and the limit. */
export function panelRange({ axis, points, same, limit }: ForestPanel): Range {
  const ends = points.flatMap((each) => (each ? [each.value, each.low ?? each.value, each.high ?? each.value] : []));
  const all = [same, ...(limit === null ? [] : [limit]), ...ends].filter(
    (value) => Number.isFinite(value) && (!isLog(axis.scale) || value > 0),
  );
  const extremes: Range = [Math.min(...all), Math.max(...all)];
  return isLog(axis.scale) ? logRange(extremes) : linearRange(extremes, axis, false);
}

/** Share of the range that words at marks up the chart need above the data, so that no line runs through them. */
function roomForWords({ guides }: ChartModel): number {
  const rows = guides.map(({ axis, label, row }) => (axis === "x" && label !== "" && row !== undefined ? row + 1 : 0));
  return ROOM_A_ROW * Math.max(0, ...rows);
}

/** Of points, whiskers and guides. One loop and no lists: a stream is ranged again with every second that it grows. */
function extremesOf({ series, guides, ...axes }: ChartModel, side: "x" | "y"): Range | null {
  const least = isLog(axes[side].scale) ? Number.MIN_VALUE : -Infinity;
  let low = Infinity;
  let high = -Infinity;
  const add = (value: number | null): void => {
    // Also false for NaN, which is a gap.
    if (value === null || !(value >= least) || Math.abs(value) === Infinity) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const { points } of series) {
    for (const each of points) {
      if (side === "x") for (const value of [each.x, each.xLow, each.xHigh]) add(value);
      else for (const value of [each.y, each.low, each.high]) add(value);
    }
  }
  for (const { axis, value } of guides) if (axis === side) add(value);
  return low <= high ? [low, high] : null;
}

function logRange(extremes: Range | null): Range {
  if (!extremes) return [1, 10];
  const [low, high] = extremes.map(Math.log) as [number, number];
  // One value gets a factor of two on either side.
  const air = high === low ? Math.LN2 : AIR * (high - low);
  return [Math.exp(low - air), Math.exp(high + air)];
}

/** About a single moment, half a day on either side: a share of a date is years. */
const MOMENT_AIR_MS = 12 * 3600_000;

function linearRange(extremes: Range | null, { scale, least, most, fromZero }: ChartAxis, tight: boolean): Range {
  if (!extremes) return [least ?? 0, most ?? (least ?? 0) + 1];
  const low = fromZero ? Math.min(0, extremes[0]) : extremes[0];
  const high = fromZero ? Math.max(0, extremes[1]) : extremes[1];
  const single = scale === "time" ? MOMENT_AIR_MS : Math.max(Math.abs(high) * AIR, 0.5);
  const air = high === low ? single : AIR * (high - low);
  const from = tight || (fromZero && low === 0) ? low : low - air;
  const to = tight && high > low ? high : high + air;
  return [least === null ? from : Math.max(least, from), most === null ? to : Math.min(most, to)];
}
