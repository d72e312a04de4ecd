/** A model as the aligned columns that uPlot takes. */
import type { ChartModel } from "#shared/charts/model.ts";
import { placed, type PlacedModel } from "#shared/charts/placed.ts";

export interface PlotData extends PlacedModel {
  /**
   * First the places on x, ascending; then one column a series: undefined where only others have a point, which a line
   * passes over, and null for a gap.
   */
  readonly columns: (number | null | undefined)[][];
}

export function plotData(model: ChartModel): PlotData {
  const places = placed(model);
  const xs = [...new Set(places.placed.flatMap((points) => points.map(({ x }) => x)))].sort((a, b) => a - b);
  const at = new Map(xs.map((x, index) => [x, index]));
  const columns = places.placed.map((points) => {
    const column = new Array<number | null | undefined>(xs.length).fill(undefined);
    for (const { x, point } of points) column[at.get(x)!] = Number.isFinite(point.y) ? point.y : null;
    return column;
  });
  return { ...places, columns: [xs, ...columns] };
}
