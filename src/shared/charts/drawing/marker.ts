import { markerPath } from "../../formats/marks.ts";
import type { ChartKind, ChartSeries } from "../model.ts";
import { circlePath, linePath, type Pen } from "./pen.ts";

const RADIUS = 4;
const OUTLINE = 1.5;

/** Line widths in pixels: the reference is stronger than others, a further cell of the same format and provider weaker. */
export function lineWidth({ reference, look }: Pick<ChartSeries, "reference" | "look">): number {
  return look.variant > 0 ? 1 : reference ? 2.5 : 1.75;
}

export function lineDash(series: Pick<ChartSeries, "reference" | "look">): number[] {
  return series.look.dash.map((part) => part * lineWidth(series));
}

export function drawMarker(
  pen: Pen,
  { reference, look }: Pick<ChartSeries, "reference" | "look">,
  x: number,
  y: number,
): void {
  const { marker, fill, tone, variant } = look;
  const radius = reference ? RADIUS + 1 : variant > 0 ? RADIUS - 1 : RADIUS;
  // Round, and a tenth as long as its outline of corners.
  const outline = marker === "circle" ? circlePath(x, y, 0.9 * radius) : markerPath(marker, x, y, radius);
  pen.path(outline, {
    fill: fill === "solid" ? tone : "surface",
    stroke: tone,
    width: OUTLINE,
  });
  const inside = { stroke: tone, width: OUTLINE };
  if (fill === "dot") pen.path(circlePath(x, y, radius / 4), { fill: tone, ...inside });
  if (fill === "bar") pen.path(linePath(x - radius / 2, y, x + radius / 2, y), inside);
  if (fill === "pole") pen.path(linePath(x, y - radius / 2, x, y + radius / 2), inside);
}

/** What stands beside a series' name: its marker, on a piece of its line where it has one. */
export function drawSample(pen: Pen, kind: ChartKind, series: ChartSeries, x: number, y: number): void {
  if (kind === "lines" || kind === "stream") {
    const style = { stroke: series.look.tone, width: lineWidth(series), dash: lineDash(series) };
    pen.path(linePath(x - 14, y, x + 14, y), style);
  }
  if (kind !== "stream") drawMarker(pen, series, x, y);
}
