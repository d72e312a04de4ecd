/** What the pointer is at, in words and exact numbers. */
import type { ChartModel, ChartPoint, ChartSeries } from "#shared/charts/model.ts";
import { timeText } from "#shared/charts/time-ticks.ts";
import type { PlacedModel } from "#shared/charts/placed.ts";
import { exactly } from "#shared/charts/readout-words.ts";

interface ReadoutRow {
  readonly series: ChartSeries;
  /** `412.6 ms`. */
  readonly value: string;
  /** `408.1 to 420.9`; the note says what it is. */
  readonly interval: string | null;
  readonly note: string | null;
}

export interface Readout {
  /** `Batch size 8`. */
  readonly title: string;
  readonly rows: readonly ReadoutRow[];
  /** Where its points are, in the axis' units. */
  readonly marks: readonly { readonly x: number; readonly y: number }[];
}

/** In CSS pixels. */
const REACH = 48;

interface Pointer {
  /** In CSS pixels from the plot's left upper corner. */
  readonly left: number;
  readonly top: number;
  /** A value as a position there. */
  readonly at: (axis: "x" | "y", value: number) => number;
}

/** Null where nothing is near. Lines and streams are read across all series, clouds point by point. */
export function readoutAt(
  model: ChartModel,
  data: PlacedModel,
  hidden: ReadonlySet<string>,
  pointer: Pointer,
): Readout | null {
  const candidates = model.series.flatMap((series, index) =>
    hidden.has(series.id)
      ? []
      : data.placed[index]!.filter(({ point }) => Number.isFinite(point.y)).map(({ x, point }) => ({
          series,
          x,
          point,
        })),
  );
  if (model.kind === "lines" || model.kind === "stream") {
    const distance = ({ x }: { x: number }): number => Math.abs(pointer.at("x", x) - pointer.left);
    const nearest = candidates.reduce<number>((best, each) => Math.min(best, distance(each)), Infinity);
    const found = candidates.filter((each) => distance(each) === nearest);
    return found.length === 0 ? null : readout(model, found, xText(model, found[0]!.point));
  }
  const distance = ({ x, point }: { x: number; point: ChartPoint }): number =>
    Math.hypot(pointer.at("x", x) - pointer.left, pointer.at("y", point.y) - pointer.top);
  const nearest = candidates.reduce<number>((best, each) => Math.min(best, distance(each)), REACH);
  const found = candidates.find((each) => distance(each) === nearest);
  return found ? readout(model, [found], xText(model, found.point)) : null;
}

function readout(
  model: ChartModel,
  found: readonly { series: ChartSeries; x: number; point: ChartPoint }[],
  title: string,
): Readout {
  return {
    title,
    rows: found.map(({ series, point }) => ({ series, ...yText(model, point), note: point.note })),
    marks: found.map(({ x, point }) => ({ x, y: point.y })),
  };
}

function xText({ x }: ChartModel, point: ChartPoint): string {
  if (x.scale === "category") return `${x.label} ${x.categories[point.x] ?? ""}`;
  if (x.scale === "time") return timeText(point.x);
  return `${x.label} ${exactly(point.x)}${unit(x.unit)}${between(point.xLow, point.xHigh, " (", ")")}`;
}

function yText({ y }: ChartModel, { y: value, low, high }: ChartPoint): Pick<ReadoutRow, "value" | "interval"> {
  const interval = between(low, high, "", "");
  return { value: `${exactly(value)}${unit(y.unit)}`, interval: interval === "" ? null : interval };
}

function between(low: number | null, high: number | null, before: string, after: string): string {
  return low === null || high === null ? "" : `${before}${exactly(low)} to ${exactly(high)}${after}`;
}

function unit(text: string): string {
  return text === "" ? "" : ` ${text}`;
}
