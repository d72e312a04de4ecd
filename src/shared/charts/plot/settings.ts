/** Everything that a chart's look depends on besides its model. */
import { FORMAT_MARKS } from "../../formats/marks.ts";
import type { ChartModel, SeriesLook } from "../model.ts";
import { axisRange, isLog, type Range } from "../range.ts";

/** Colours as a canvas takes them. */
export interface ChartColours {
  readonly dark: boolean;
  readonly surface: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
  readonly line: string;
  readonly accent: string;
  readonly font: string;
}

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
  /** 1 on the page; a picture is drawn larger with the same proportions. */
  readonly scale: number;
}

export function toneColour(tone: SeriesLook["tone"], colours: ChartColours): string {
  return FORMAT_MARKS[tone][colours.dark ? "dark" : "light"];
}

/** Whether y can be drawn on either scale: no category, nothing at zero or below. */
export function canSwitchLog(model: ChartModel): boolean {
  if (model.y.scale === "category") return false;
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

/** From here on a line is drawn stronger or weaker than the others. In CSS pixels. */
export function lineWidth({ reference, look }: ChartModel["series"][number]): number {
  return look.variant > 0 ? 1 : reference ? 2.5 : 1.75;
}
