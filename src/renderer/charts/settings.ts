/** Everything that the window's chart depends on besides its model. */
import type { ChartColours } from "#shared/charts/palette.ts";
import type { ChartModel } from "#shared/charts/model.ts";
import { axisRange, isLog, type Range } from "#shared/charts/range.ts";

/** Null: all of the axis. */
export interface View {
  readonly x: Range | null;
  readonly y: Range | null;
}
export const WHOLE: View = Object.freeze({ x: null, y: null });

export interface ChartSettings {
  readonly colours: ChartColours;
  /** The user's own choice in place of the model's. */
  readonly logY: boolean | null;
  /** Ids of series that the legend has switched off. */
  readonly hidden: ReadonlySet<string>;
}

/** Whether y can be drawn on either scale: no category, nothing at zero or below, no lengths from zero. */
export function canSwitchLog(model: ChartModel): boolean {
  if (model.y.scale === "category" || model.kind === "bars") return false;
  return model.series.every(({ points }) => points.every(({ y, low }) => y > 0 && (low ?? y) > 0));
}

/** The model as it is drawn: with the user's y scale. */
export function withScale(model: ChartModel, logY: boolean | null): ChartModel {
  if (logY === null || !canSwitchLog(model) || isLog(model.y.scale) === logY) return model;
  return { ...model, y: { ...model.y, scale: logY ? "log10" : "linear" } };
}

export function wholeRange(model: ChartModel): { readonly x: Range; readonly y: Range } {
  return { x: axisRange(model, "x"), y: axisRange(model, "y") };
}
