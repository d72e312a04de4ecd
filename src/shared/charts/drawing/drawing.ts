import type { ForestModel } from "../forest-model.ts";
import type { ChartModel } from "../model.ts";
import { forestDrawing } from "./forest.ts";
import type { Drawing } from "./pen.ts";
import { plotDrawing } from "./plot.ts";

/** Everything that is drawn without a screen's help. */
export type StaticChart = ChartModel | ForestModel;

const PLOT_HEIGHT = 330;

export function drawingOf(chart: StaticChart, width: number, plotHeight = PLOT_HEIGHT): Drawing {
  return chart.kind === "forest" ? forestDrawing(chart, width) : plotDrawing(chart, width, plotHeight);
}
