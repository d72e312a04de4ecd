import type uPlot from "uplot";
import { lineDash, lineWidth } from "#shared/charts/drawing/marker.ts";
import { LABEL_ROOM, namesTurn } from "#shared/charts/drawing/place.ts";
import { shortNames } from "#shared/charts/drawing/short-names.ts";
import { textWidth } from "#shared/charts/drawing/text-width.ts";
import { toneColour } from "#shared/charts/palette.ts";
import { axisTitle, type ChartAxis, type ChartModel } from "#shared/charts/model.ts";
import { isLog, type Range } from "#shared/charts/range.ts";
import { type Tick, ticks } from "#shared/charts/ticks.ts";
import type { ChartSettings, View } from "./settings.ts";

const FONT = 11;
const LABEL_SIZE = 20;
const TICK = 4;

interface PlotOptions {
  readonly model: ChartModel;
  readonly settings: ChartSettings;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly ranges: { readonly x: Range; readonly y: Range };
  /** Asked whenever uPlot sets its scales: what the user has zoomed to. */
  readonly view: () => View;
}

/** uPlot draws scales, grid and lines; everything else is drawn over it as in every other picture (shared/charts/drawing). */
export function plotOptions(options: PlotOptions): Omit<uPlot.Options, "hooks"> {
  const { model, settings, width, height } = options;
  return {
    width,
    height,
    padding: [10, 16, 0, 0],
    legend: { show: false },
    cursor: cursor(model),
    scales: { x: scaleOf(options, "x"), y: scaleOf(options, "y") },
    axes: [axisOf(model.x, "x", settings), axisOf(model.y, "y", settings)],
    series: [{}, ...model.series.map((series) => seriesOf(series, model, settings))],
  };
}

function cursor({ kind }: ChartModel): uPlot.Cursor {
  // Along time or batch size one zooms into x alone; a cloud of points is zoomed in both.
  const both = kind !== "lines" && kind !== "stream";
  return {
    show: true,
    x: !both,
    y: false,
    points: { show: false },
    drag: { x: true, y: both, uni: 12, setScale: false },
  };
}

function scaleOf({ model, ranges, view }: PlotOptions, side: "x" | "y"): uPlot.Scale {
  const { scale } = model[side];
  return {
    time: false,
    auto: true,
    ...(isLog(scale) ? { distr: 3, log: scale === "log2" ? 2 : 10 } : { distr: 1 }),
    // The model says what is shown, not uPlot's own padding.
    range: () => [...(view()[side] ?? ranges[side])],
  };
}

function seriesOf(series: ChartModel["series"][number], { kind }: ChartModel, settings: ChartSettings): uPlot.Series {
  return {
    label: series.label,
    show: !settings.hidden.has(series.id),
    stroke: toneColour(series.look.tone, settings.colours),
    width: lineWidth(series),
    dash: lineDash(series),
    points: { show: false },
    spanGaps: kind === "lines",
    ...(kind === "lines" || kind === "stream" ? {} : { paths: () => null }),
  };
}

function axisOf(axis: ChartAxis, side: "x" | "y", { colours }: ChartSettings): uPlot.Axis {
  const font = `${FONT}px ${colours.font}`;
  const names = axis.scale === "category" ? shortNames(axis.categories) : [];
  const ticksOf = (plot: uPlot, low: number, high: number): Tick[] => {
    const length = (side === "x" ? plot.bbox.width : plot.bbox.height) / devicePixelRatio;
    return ticks(axis, low, high, Math.max(2, Math.floor(length / LABEL_ROOM[side])));
  };
  const turnOf = (plot: uPlot): number => namesTurn(names.length, widest(names), 0.9 * plot.width);
  return {
    scale: side,
    side: side === "x" ? 2 : 3,
    label: axisTitle(axis),
    labelSize: LABEL_SIZE,
    labelGap: 2,
    labelFont: font,
    font,
    stroke: colours.muted,
    grid: { stroke: colours.grid, width: 1, show: axis.scale !== "category" },
    ticks: { stroke: colours.grid, width: 1, size: TICK },
    border: { show: side === "x", stroke: colours.line, width: 1 },
    gap: 4,
    splits: (plot, _index, low, high) => ticksOf(plot, low, high).map(({ value }) => value),
    values: (plot, splits) => {
      const { min, max } = plot.scales[side]!;
      const texts = new Map(ticksOf(plot, min!, max!).map(({ value, text }) => [value, names[value] ?? text]));
      return splits.map((value) => texts.get(value) ?? "");
    },
    // uPlot would drop labels of a log axis that it thinks are too many; ticks() has counted already.
    filter: (_plot, splits) => splits,
    // Null until the first labels are known, whatever uPlot's types say.
    size: (plot, values: string[] | null) => axisSize(values ?? [], side, turnOf(plot)) + TICK + 10,
    ...(side === "x" ? { rotate: turnOf } : {}),
  };
}

function widest(values: readonly (string | null)[]): number {
  return Math.max(FONT / 2, ...values.map((text) => textWidth(text ?? "", FONT)));
}

function axisSize(values: readonly (string | null)[], side: "x" | "y", turn: number): number {
  if (side === "y") return widest(values);
  return turn === 0 ? FONT : widest(values) * Math.sin((turn * Math.PI) / 180) + FONT;
}
