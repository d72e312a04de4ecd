/**
 * How the two ends beside a value are drawn: an interval is solid and has caps, that of one launch's runs has none, and what is
 * no interval but a range is dotted. Along a line intervals are bands.
 */
import type { Ends } from "../../stats/ends.ts";
import type { ChartKind, ChartPoint } from "../model.ts";
import type { Placed } from "../placed.ts";
import { linePath, n, type PathStyle, type Pen, type Tone } from "./pen.ts";
import type { At } from "./place.ts";

const CAP = 3.5;
const BAND_OPACITY: Readonly<Record<Ends, number>> = Object.freeze({ interval: 0.16, runs: 0.1, range: 0 });

export function endsStyle(ends: Ends, stroke: Tone): PathStyle {
  return { stroke, width: 1.25, ...(ends === "range" ? { dash: [1.5, 2] } : {}) };
}

/** @param from, to on the other axis than `across` */
export function whiskerPath(ends: Ends, side: "x" | "y", across: number, from: number, to: number): string {
  const straight = side === "y" ? linePath(across, from, across, to) : linePath(from, across, to, across);
  if (ends !== "interval") return straight;
  const cap = (at: number): string =>
    side === "y" ? linePath(across - CAP, at, across + CAP, at) : linePath(at, across - CAP, at, across + CAP);
  return straight + cap(from) + cap(to);
}

const hasBand = ({ y, low, high, ends }: ChartPoint): boolean =>
  Number.isFinite(y) && low !== null && high !== null && ends !== null && ends !== "range";

/** Neighbours along a line that have an interval each, of the same kind; a point alone has a whisker. */
export function bandsOf(kind: ChartKind, points: readonly Placed[]): Placed[][] {
  if (kind !== "lines" && kind !== "stream") return [];
  const bands: Placed[][] = [];
  let before: ChartPoint | null = null;
  for (const each of points) {
    const { point } = each;
    if (hasBand(point)) {
      if (before?.ends === point.ends) bands.at(-1)!.push(each);
      else bands.push([each]);
    }
    before = hasBand(point) ? point : null;
  }
  return bands.filter(({ length }) => length > 1);
}

export function drawBands(pen: Pen, at: At, tone: Tone, bands: readonly (readonly Placed[])[]): void {
  for (const band of bands) {
    const corner = ({ x }: Placed, value: number): string => `${n(at("x", x))} ${n(at("y", value))}`;
    const upper = band.map((each) => corner(each, each.point.high!));
    const lower = band.map((each) => corner(each, each.point.low!)).reverse();
    const opacity = BAND_OPACITY[band[0]!.point.ends!];
    pen.path(`M${[...upper, ...lower].join("L")}Z`, { fill: tone, opacity });
  }
}

/** Both ways where a point has them. */
export function drawWhiskers(pen: Pen, at: At, tone: Tone, points: readonly Placed[]): void {
  for (const { x, point } of points) {
    const { y, low, high, ends, xLow, xHigh, xEnds } = point;
    if (low !== null && high !== null && ends !== null) {
      pen.path(whiskerPath(ends, "y", at("x", x), at("y", low), at("y", high)), endsStyle(ends, tone));
    }
    if (xLow !== null && xHigh !== null && xEnds !== null) {
      pen.path(whiskerPath(xEnds, "x", at("y", y), at("x", xLow), at("x", xHigh)), endsStyle(xEnds, tone));
    }
  }
}
