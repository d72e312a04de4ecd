/**
 * A chart as plain data: what is drawn, in which units, with which intervals. Builders of this folder make one from stored
 * results; drawing/ makes the one picture of it that reports, PNGs and the window show.
 */
import type { FormatId } from "../formats/formats.ts";
import type { Marker } from "../formats/marks.ts";
import { type Ends, whiskerWords } from "../stats/ends.ts";
import type { MetricDirection } from "../metrics/descriptor.ts";
import type { MarkerFill } from "../providers/marks.ts";

/**
 * `lines`: over batch size or depth, intervals as bands. `stream`: over time, no markers. `dots`: grouped over categories, whiskers,
 * no lines. `bars`: the same where lengths are compared, from zero. `scatter`: one or more free points a series, whiskers both
 * ways, and the Pareto front. A forest plot has more than one x axis and a model of its own (forest-model.ts).
 */
export type ChartKind = "lines" | "stream" | "dots" | "bars" | "scatter";
/** `time`: milliseconds since 1970, labelled as dates where the reader is. */
export type ChartScale = "linear" | "log2" | "log10" | "category" | "time";

export interface ChartAxis {
  readonly label: string;
  /** As it is written after the label and every value: `MiB`, `ms`, `%`; empty for a bare number. */
  readonly unit: string;
  readonly scale: ChartScale;
  /** Names of the positions 0, 1, 2 ... of a category axis; else empty. */
  readonly categories: readonly string[];
  readonly better: MetricDirection;
  /** Values cannot lie outside (a share: 0 to 100 %), so the axis does not either. */
  readonly least: number | null;
  readonly most: number | null;
  /** Zero has to be on the axis: lengths are compared, not only places. */
  readonly fromZero: boolean;
}

/** Values in the units of the axes; on a category axis x is the position. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly xLow: number | null;
  readonly xHigh: number | null;
  /** What low and high are (stats/ends.ts); null without them. */
  readonly ends: Ends | null;
  /** The same of xLow and xHigh. */
  readonly xEnds: Ends | null;
  /** What the readout adds: `95 % interval over 6 launches`, `range of 2 launches`. */
  readonly note: string | null;
}

export interface SeriesLook {
  /** The format whose colour it has. */
  readonly tone: FormatId;
  readonly marker: Marker;
  readonly dash: readonly number[];
  readonly fill: MarkerFill;
  /** 0, and 1, 2 ... for further cells of the same format and provider: drawn thinner. */
  readonly variant: number;
}

export interface ChartSeries {
  readonly id: string;
  readonly label: string;
  /** The cell that the others are compared with: drawn stronger, named in the legend. */
  readonly reference: boolean;
  readonly look: SeriesLook;
  /** Ascending in x. */
  readonly points: readonly ChartPoint[];
}

/** A line across the chart: chance level, the user's own limit. */
export interface ChartGuide {
  readonly axis: "x" | "y";
  readonly value: number;
  readonly label: string;
  /** Of a line up the chart: in which row from the top its words stand, so that near ones do not cover each other. */
  readonly row?: number;
}

export interface ChartModel {
  /** Stem of exported files, and the key under which the window remembers a chart's settings. */
  readonly id: string;
  readonly kind: ChartKind;
  readonly title: string;
  /** What a value and its interval are, in one line. */
  readonly note: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly series: readonly ChartSeries[];
  readonly guides: readonly ChartGuide[];
  /** The points that no other point beats in both directions, from the cheapest on; else empty. */
  readonly front: readonly { readonly x: number; readonly y: number }[];
  /** What to say in place of an empty chart, and what would fill it. */
  readonly empty: string;
}

/** An axis with what most axes have. */
export function axis(label: string, unit: string, rest: Partial<ChartAxis> = {}): ChartAxis {
  return {
    label,
    unit,
    scale: "linear",
    categories: [],
    better: "none",
    least: null,
    most: null,
    fromZero: false,
    ...rest,
  };
}

/** A point without intervals unless they are given. */
export function point(x: number, y: number, rest: Partial<ChartPoint> = {}): ChartPoint {
  return { x, y, low: null, high: null, xLow: null, xHigh: null, ends: null, xEnds: null, note: null, ...rest };
}

/** What the whiskers of a chart are, for its caption. */
export function whiskersOf(series: readonly ChartSeries[]): string {
  const words = whiskerWords(series.flatMap(({ points }) => points.map(({ ends }) => ends)));
  return words === "" ? "" : ` ${words}`;
}

export function isEmpty({ series }: ChartModel): boolean {
  return series.every(({ points }) => points.length === 0);
}

/** `Peak memory (MiB)`. */
export function axisTitle({ label, unit }: ChartAxis): string {
  return unit === "" ? label : `${label} (${unit})`;
}
