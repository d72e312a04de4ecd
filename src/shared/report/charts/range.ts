/** Which part of an axis is shown: all values with their intervals and guides, and a little air. */
import type { ChartAxis, ChartModel, ChartPoint, ChartScale } from "./model.ts";

export type Range = readonly [low: number, high: number];

/** From here on a linear axis shows the small values as one line. */
const DECADES = 100;
/** Share of the range that stays free at either end. */
const AIR = 0.06;

/** `log10` where the values span two decades and none is zero or below, else `linear`. */
export function scaleFor(values: readonly number[]): Extract<ChartScale, "linear" | "log10"> {
  const [low, high] = extremes(values);
  return low > 0 && high / low >= DECADES ? "log10" : "linear";
}

export function isLog(scale: ChartScale): boolean {
  return scale === "log2" || scale === "log10";
}

/** @param side which axis of the model; values that its scale cannot show are left out */
export function axisRange(model: ChartModel, side: "x" | "y"): Range {
  const shown = model[side];
  if (shown.scale === "category") return [-0.5, Math.max(1, shown.categories.length) - 0.5];
  const values = model.series
    .flatMap(({ points }) => points.flatMap((each) => extent(each, side)))
    .concat(model.guides.filter(({ axis }) => axis === side).map(({ value }) => value))
    .filter((value) => Number.isFinite(value) && (!isLog(shown.scale) || value > 0));
  return isLog(shown.scale) ? logRange(values) : linearRange(values, shown, model.kind === "stream" && side === "x");
}

function extent(each: ChartPoint, side: "x" | "y"): number[] {
  const [value, low, high] = side === "x" ? [each.x, each.xLow, each.xHigh] : [each.y, each.low, each.high];
  return [value, low ?? value, high ?? value];
}

function logRange(values: readonly number[]): Range {
  if (values.length === 0) return [1, 10];
  const [low, high] = extremes(values).map(Math.log) as [number, number];
  // One value gets a factor of two on either side.
  const air = high === low ? Math.LN2 : AIR * (high - low);
  return [Math.exp(low - air), Math.exp(high + air)];
}

function linearRange(values: readonly number[], { least, most, fromZero }: ChartAxis, tight: boolean): Range {
  if (values.length === 0) return [least ?? 0, most ?? (least ?? 0) + 1];
  const [low, high] = extremes(fromZero ? [0, ...values] : values);
  const air = high === low ? Math.max(Math.abs(high) * AIR, 0.5) : AIR * (high - low);
  const from = tight || (fromZero && low === 0) ? low : low - air;
  const to = tight && high > low ? high : high + air;
  return [least === null ? from : Math.max(least, from), most === null ? to : Math.min(most, to)];
}

/** A stream has more values than a function may have arguments. */
function extremes(values: readonly number[]): [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
