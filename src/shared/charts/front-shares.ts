import { type Results } from "../results.ts";
import { percent } from "../format-numbers.ts";
import type { ChartModel } from "./model.ts";

/**
 * Writes to every point how likely its cell is among those that no other beats, as the run's own resampling found it: a
 * front that is drawn through point values looks surer than it is.
 */
export function withFrontShares(model: ChartModel, pareto: Results["pareto"]): ChartModel {
  if (!pareto) return model;
  const over = pareto.objectives.join(", ");
  return {
    ...model,
    series: model.series.map((series) => {
      const own = pareto.cells.find(({ label }) => label === series.label);
      if (!own) return series;
      const note = `unbeaten in ${percent(own.share, 0)} of the resamplings (${over})`;
      return { ...series, points: series.points.map((each) => ({ ...each, note })) };
    }),
  };
}
