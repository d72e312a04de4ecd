/** A model as the aligned columns that uPlot takes, and where each of its points went. */
import type { ChartModel, ChartPoint } from "../model.ts";

interface Placed {
  readonly point: ChartPoint;
  /** In the axis' unit; on a category axis beside the position, so that points of several series do not cover each other. */
  readonly x: number;
}

export interface PlotData {
  /**
   * First the places on x, ascending; then one column a series: undefined where only others have a point, which a line
   * passes over, and null for a gap.
   */
  readonly columns: (number | null | undefined)[][];
  /** By series. */
  readonly placed: readonly (readonly Placed[])[];
  /** Several points share a category, and stand beside each other. */
  readonly crowded: boolean;
}

/** How far series stand apart on a category axis, in positions; together they take at most SPREAD. */
const STEP = 0.11;
const SPREAD = 0.76;

export function plotData(model: ChartModel): PlotData {
  const crowded = model.x.scale === "category" && isCrowded(model.series.flatMap(({ points }) => points));
  const placed = place(model, crowded);
  const xs = [...new Set(placed.flatMap((points) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const at = new Map(xs.map((x, index) => [x, index]));
  const columns = placed.map((points) => {
    const column = new Array<number | null | undefined>(xs.length).fill(undefined);
    for (const { x, point } of points) column[at.get(x)!] = Number.isFinite(point.y) ? point.y : null;
    return column;
  });
  return { columns: [xs, ...columns], placed, crowded };
}

function place({ series }: ChartModel, crowded: boolean): Placed[][] {
  const step = Math.min(STEP, SPREAD / Math.max(1, series.length - 1));
  return series.map(({ points }, index) => {
    const aside = crowded ? (index - (series.length - 1) / 2) * step : 0;
    return points.map((point) => ({ point, x: point.x + aside }));
  });
}

function isCrowded(points: readonly ChartPoint[]): boolean {
  return new Set(points.map(({ x }) => x)).size < points.length;
}
