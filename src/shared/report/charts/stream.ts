import { PLAIN_LOOK } from "./looks.ts";
import { axis, type ChartModel, type ChartSeries, point } from "./model.ts";

export interface StreamSeries {
  readonly id: string;
  readonly label: string;
  readonly look?: ChartSeries["look"];
  /** Since the run began. Ascending. */
  readonly seconds: readonly number[];
  /** In the chart's unit, one a second of `seconds`; a gap is NaN. */
  readonly values: readonly number[];
}

export interface StreamInput {
  readonly id: string;
  readonly title: string;
  readonly label: string;
  readonly unit: string;
  readonly note?: string;
  readonly series: readonly StreamSeries[];
  /** The memory limit, the machine's total. */
  readonly limit?: { readonly value: number; readonly label: string };
}

/** What is measured while it is measured: memory, tokens a second. Zero is always on the axis, so that it does not jump. */
export function overTime(input: StreamInput): ChartModel {
  const series = input.series.map(({ id, label, look, seconds, values }) => ({
    id,
    label,
    reference: false,
    look: look ?? PLAIN_LOOK,
    points: seconds.map((second, index) => point(second, values[index]!)),
  }));
  return {
    id: input.id,
    kind: "stream",
    title: input.title,
    note: input.note ?? "",
    x: axis("Time", "s", { least: 0 }),
    y: axis(input.label, input.unit, { least: 0, fromZero: true }),
    series: series.filter(({ points }) => points.length > 0),
    guides: input.limit ? [{ axis: "y", ...input.limit }] : [],
    front: [],
    empty: "Nothing has been measured yet.",
  };
}
