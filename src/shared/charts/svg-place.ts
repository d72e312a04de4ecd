/** Where a chart's values stand in a drawing without a canvas. Sizes in pixels. */
import type { ChartAxis, ChartModel } from "./model.ts";
import { axisRange, isLog, type Range } from "./range.ts";
import { type Tick, ticks } from "./ticks.ts";

export interface SvgPlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** A value as a position. */
  readonly at: (side: "x" | "y", value: number) => number;
  readonly ticks: { readonly x: readonly Tick[]; readonly y: readonly Tick[] };
}

/** Pixels a label wants for itself. */
const ROOM = { x: 72, y: 36 };
const CHARACTER = 6.2;

export function placeOf(model: ChartModel, box: { width: number; height: number; top: number }): SvgPlace {
  const ranges = { x: axisRange(model, "x"), y: axisRange(model, "y") };
  const height = box.height - 46;
  const y = ticks(model.y, ...ranges.y, Math.max(2, Math.floor(height / ROOM.y)));
  const left = 34 + CHARACTER * Math.max(1, ...y.map(({ text }) => text.length));
  const width = box.width - left - 16;
  const x = ticks(model.x, ...ranges.x, Math.max(2, Math.floor(width / ROOM.x)));
  const at = (side: "x" | "y", value: number): number => {
    const share = shareOf(model[side], ranges[side], value);
    return side === "x" ? left + share * width : box.top + (1 - share) * height;
  };
  return { left, top: box.top, width, height, at, ticks: { x, y } };
}

/** 0 at the low end of the axis, 1 at the high one. */
function shareOf({ scale }: ChartAxis, [low, high]: Range, value: number): number {
  if (isLog(scale)) return Math.log(value / low) / Math.log(high / low);
  return (value - low) / (high - low);
}
