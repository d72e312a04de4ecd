/** Where the points of a model stand on its x axis: on a category axis several series stand beside each other. */
import type { ChartModel, ChartPoint } from "./model.ts";

export interface Placed {
  readonly point: ChartPoint;
  /** In the axis' unit; on a category axis beside the position, so that points of several series do not cover each other. */
  readonly x: number;
}

export interface PlacedModel {
  /** By series. */
  readonly placed: readonly (readonly Placed[])[];
  /** Several points share a category, and stand beside each other. */
  readonly crowded: boolean;
}

/** How far series stand apart on a category axis, in positions; together they take at most SPREAD. */
const STEP = 0.11;
const BAR_STEP = 0.24;
const SPREAD = 0.76;
/** Of a bar that has its category for itself. */
const BAR_ALONE = 0.4;

export function placed(model: ChartModel): PlacedModel {
  const crowded = isCrowded(model);
  const step = stepOf(model);
  const series = model.series.map(({ points }, index) => {
    const aside = crowded ? (index - (model.series.length - 1) / 2) * step : 0;
    return points.map((point) => ({ point, x: point.x + aside }));
  });
  return { placed: series, crowded };
}

/** In positions of the category axis. */
export function barWidth(model: ChartModel): number {
  return isCrowded(model) ? 0.8 * stepOf(model) : BAR_ALONE;
}

function stepOf({ kind, series }: ChartModel): number {
  return Math.min(kind === "bars" ? BAR_STEP : STEP, SPREAD / Math.max(1, series.length - 1));
}

function isCrowded({ x, series }: ChartModel): boolean {
  if (x.scale !== "category") return false;
  const all = series.flatMap(({ points }) => points.map((point) => point.x));
  return new Set(all).size < all.length;
}
