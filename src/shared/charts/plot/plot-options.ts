import type uPlot from "uplot";
import { axisTitle, type ChartAxis, type ChartModel } from "../model.ts";
import { isLog, type Range } from "../range.ts";
import { type Tick, ticks } from "../ticks.ts";
import { type ChartSettings, lineWidth, toneColour, type View } from "./settings.ts";

const FONT = 11;
/** A digit's width, as a share of the font size; only to keep room. */
const CHARACTER = 0.6;
const LABEL_SIZE = 20;
const TICK = 4;
/** CSS pixels a label wants for itself. */
const ROOM = { x: 64, y: 34 };
/** Degrees: the name ends below its place. */
const TILT = 35;
const LONGEST_LABEL = 22;

interface PlotOptions {
  readonly model: ChartModel;
  readonly settings: ChartSettings;
  readonly width: number;
  readonly height: number;
  /** Canvas pixels in a CSS pixel, as uPlot counts them. */
  readonly pixelRatio: number;
  readonly ranges: { readonly x: Range; readonly y: Range };
  /** Asked whenever uPlot sets its scales: what the user has zoomed to. */
  readonly view: () => View;
}

/** uPlot draws scales, grid and lines; whiskers and markers are drawn over it by draw-marks.ts. */
export function plotOptions(options: PlotOptions): Omit<uPlot.Options, "hooks"> {
  const { model, settings, width, height, pixelRatio } = options;
  const { scale } = settings;
  return {
    width,
    height,
    padding: [10 * scale, 16 * scale, 0, 0],
    legend: { show: false },
    cursor: cursor(model, settings),
    scales: { x: scaleOf(options, "x"), y: scaleOf(options, "y") },
    axes: [axisOf(model.x, "x", settings, pixelRatio), axisOf(model.y, "y", settings, pixelRatio)],
    series: [{}, ...model.series.map((series) => seriesOf(series, model, settings))],
  };
}

function cursor({ kind }: ChartModel, { scale }: ChartSettings): uPlot.Cursor {
  // Along time or batch size one zooms into x alone; a cloud of points is zoomed in both.
  const both = kind === "scatter" || kind === "dots";
  return {
    show: scale === 1,
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
  const width = lineWidth(series) * settings.scale;
  return {
    label: series.label,
    show: !settings.hidden.has(series.id),
    stroke: toneColour(series.look.tone, settings.colours),
    width,
    dash: series.look.dash.map((part) => part * width),
    points: { show: false },
    spanGaps: kind === "lines",
    ...(kind === "lines" || kind === "stream" ? {} : { paths: () => null }),
  };
}

function axisOf(axis: ChartAxis, side: "x" | "y", { colours, scale }: ChartSettings, pixelRatio: number): uPlot.Axis {
  const size = FONT * scale;
  const font = `${size}px ${colours.font}`;
  const ticksOf = (plot: uPlot, low: number, high: number): Tick[] => {
    const length = (side === "x" ? plot.bbox.width : plot.bbox.height) / pixelRatio / scale;
    return ticks(axis, low, high, Math.max(2, Math.floor(length / ROOM[side])));
  };
  return {
    scale: side,
    side: side === "x" ? 2 : 3,
    label: axisTitle(axis),
    labelSize: LABEL_SIZE * scale,
    labelGap: 2 * scale,
    labelFont: font,
    font,
    stroke: colours.muted,
    grid: { stroke: colours.grid, width: scale, show: axis.scale !== "category" },
    ticks: { stroke: colours.grid, width: scale, size: TICK * scale },
    border: { show: side === "x", stroke: colours.line, width: scale },
    gap: 4 * scale,
    splits: (plot, _index, low, high) => ticksOf(plot, low, high).map(({ value }) => value),
    values: (plot, splits) => {
      const { min, max } = plot.scales[side]!;
      const texts = new Map(ticksOf(plot, min!, max!).map(({ value, text }) => [value, text]));
      return splits.map((value) => shortened(texts.get(value) ?? ""));
    },
    // uPlot would drop labels of a log axis that it thinks are too many; ticks() has counted already.
    filter: (_plot, splits) => splits,
    // Null until the first labels are known, whatever uPlot's types say.
    size: (plot, values: string[] | null) =>
      axisSize(values ?? [], side, size, tilted(plot, axis, size)) + (TICK + 10) * scale,
    ...(side === "x" ? { rotate: (plot: uPlot) => (tilted(plot, axis, size) ? TILT : 0) } : {}),
  };
}

/** Names of cells that do not fit side by side stand aslant. */
function tilted(plot: uPlot, { scale, categories }: ChartAxis, size: number): boolean {
  if (scale !== "category") return false;
  const longest = Math.max(0, ...categories.map((name) => shortened(name).length)) * size * CHARACTER;
  return longest > (0.82 * plot.width) / Math.max(1, categories.length);
}

function axisSize(values: readonly (string | null)[], side: "x" | "y", size: number, aslant: boolean): number {
  const longest = Math.max(1, ...values.map((text) => text?.length ?? 0)) * size * CHARACTER;
  if (side === "y") return longest;
  return aslant ? longest * Math.sin((TILT * Math.PI) / 180) + size : size;
}

function shortened(text: string): string {
  if (text.length <= LONGEST_LABEL) return text;
  const half = Math.floor(LONGEST_LABEL / 2);
  return `${text.slice(0, half - 1)}…${text.slice(-half)}`;
}
