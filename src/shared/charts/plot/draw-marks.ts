/** What uPlot does not draw: whiskers, markers, guides and the Pareto front. On its canvas, in its pixels. */
import { MARKER_OUTLINES } from "../../formats/marks.ts";
import type { ChartModel, ChartSeries } from "../model.ts";
import type { DrawContext } from "./draw-context.ts";
import type { PlotData } from "./plot-data.ts";
import { type ChartColours, lineWidth, toneColour } from "./settings.ts";

interface Ground {
  readonly context: DrawContext;
  /** Canvas pixels in a CSS pixel of a chart that is drawn at its own size. */
  readonly unit: number;
  readonly box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  /** A value as a canvas position. */
  readonly at: (axis: "x" | "y", value: number) => number;
  readonly colours: ChartColours;
}

const MARKER_RADIUS = 4;
const CAP = 3.5;

export function drawMarks(ground: Ground, model: ChartModel, data: PlotData, hidden: ReadonlySet<string>): void {
  const { context, box } = ground;
  context.save();
  context.beginPath();
  // Half a marker may reach over the edge: the first batch size stands on it.
  const over = 6 * ground.unit;
  context.rect(box.left - over, box.top - over, box.width + 2 * over, box.height + 2 * over);
  context.clip();
  if (data.crowded) drawSeparators(ground, model.x.categories.length);
  for (const guide of model.guides) drawGuide(ground, guide);
  if (model.front.length > 1) drawFront(ground, model.front);
  if (model.kind !== "stream") {
    const shown = model.series.map((series, index) => ({ series, placed: data.placed[index]! }));
    const visible = shown.filter(({ series }) => !hidden.has(series.id));
    // All whiskers first: a marker is never crossed by another series' whisker.
    for (const { series, placed } of visible) for (const each of placed) drawWhiskers(ground, series, each);
    for (const { series, placed } of visible) {
      for (const { x, point } of placed) {
        if (Number.isFinite(point.y)) drawMarker(ground, series, ground.at("x", x), ground.at("y", point.y));
      }
    }
  }
  context.restore();
}

/** Between categories: which points belong together. */
function drawSeparators({ context, unit, box, at, colours }: Ground, count: number): void {
  context.strokeStyle = colours.grid;
  context.lineWidth = unit;
  context.setLineDash([]);
  context.beginPath();
  for (let index = 1; index < count; index += 1) {
    const x = at("x", index - 0.5);
    line(context, [x, box.top], [x, box.top + box.height]);
  }
  context.stroke();
}

function drawWhiskers(ground: Ground, series: ChartSeries, { x, point }: PlotData["placed"][number][number]): void {
  const { context, unit, at, colours } = ground;
  context.strokeStyle = toneColour(series.look.tone, colours);
  context.lineWidth = 1.25 * unit;
  context.setLineDash([]);
  context.beginPath();
  if (point.low !== null && point.high !== null) {
    whisker(context, CAP * unit, [at("x", x), at("y", point.low)], [at("x", x), at("y", point.high)]);
  }
  if (point.xLow !== null && point.xHigh !== null) {
    whisker(context, CAP * unit, [at("x", point.xLow), at("y", point.y)], [at("x", point.xHigh), at("y", point.y)]);
  }
  context.stroke();
}

type Place = readonly [x: number, y: number];

/** A line with a cap across either end. */
function whisker(context: DrawContext, cap: number, from: Place, to: Place): void {
  const across: Place = from[0] === to[0] ? [cap, 0] : [0, cap];
  line(context, from, to);
  for (const [x, y] of [from, to]) line(context, [x - across[0], y - across[1]], [x + across[0], y + across[1]]);
}

function line(context: DrawContext, from: Place, to: Place): void {
  context.moveTo(...from);
  context.lineTo(...to);
}

/** Also for the legend of a picture. */
function drawMarker(
  ground: Pick<Ground, "context" | "unit" | "colours">,
  series: ChartSeries,
  x: number,
  y: number,
): void {
  const { context, unit, colours } = ground;
  const { marker, fill, tone, variant } = series.look;
  const radius = (series.reference ? MARKER_RADIUS + 1 : variant > 0 ? MARKER_RADIUS - 1 : MARKER_RADIUS) * unit;
  const colour = toneColour(tone, colours);
  context.setLineDash([]);
  context.beginPath();
  for (const [dx, dy] of MARKER_OUTLINES[marker]) context.lineTo(x + radius * dx, y + radius * dy);
  context.closePath();
  context.lineJoin = "round";
  context.lineWidth = 1.5 * unit;
  context.strokeStyle = colour;
  context.fillStyle = fill === "solid" ? colour : colours.surface;
  context.fill();
  context.stroke();
  context.beginPath();
  if (fill === "dot") context.arc(x, y, radius / 4, 0, 2 * Math.PI);
  if (fill === "bar") line(context, [x - radius / 2, y], [x + radius / 2, y]);
  if (fill === "pole") line(context, [x, y - radius / 2], [x, y + radius / 2]);
  context.stroke();
}

/** A piece of line with the marker on it; also for the legend of a picture. */
export function drawSample(
  ground: Pick<Ground, "context" | "unit" | "colours">,
  series: ChartSeries,
  kind: ChartModel["kind"],
  x: number,
  y: number,
): void {
  const { context, unit, colours } = ground;
  if (kind === "lines" || kind === "stream") {
    const width = lineWidth(series) * unit;
    context.strokeStyle = toneColour(series.look.tone, colours);
    context.lineWidth = width;
    context.setLineDash(series.look.dash.map((part) => part * width));
    context.beginPath();
    line(context, [x - 14 * unit, y], [x + 14 * unit, y]);
    context.stroke();
  }
  if (kind !== "stream") drawMarker(ground, series, x, y);
}

function drawGuide(
  { context, unit, box, at, colours }: Ground,
  { axis, value, label, row = 0 }: ChartModel["guides"][number],
): void {
  const place = at(axis, value);
  context.strokeStyle = colours.muted;
  context.fillStyle = colours.muted;
  context.lineWidth = unit;
  context.setLineDash([5 * unit, 4 * unit]);
  context.font = `${11 * unit}px ${colours.font}`;
  context.beginPath();
  if (axis === "y") line(context, [box.left, place], [box.left + box.width, place]);
  else line(context, [place, box.top], [place, box.top + box.height]);
  context.stroke();
  context.textAlign = "right";
  // Above the line, and below it where there is no room above.
  const below = place - box.top < 16 * unit;
  context.textBaseline = axis === "y" && below ? "top" : "bottom";
  if (axis === "y") context.fillText(label, box.left + box.width - 4 * unit, place + (below ? 3 : -3) * unit);
  else {
    // Left of the line, and right of it where there is no room.
    const wide = context.measureText(label).width;
    const left = place - 4 * unit - wide >= box.left;
    context.textAlign = left ? "right" : "left";
    context.fillText(label, place + (left ? -4 : 4) * unit, box.top + (12 + 13 * row) * unit);
  }
}

function drawFront({ context, unit, at, colours }: Ground, front: ChartModel["front"]): void {
  context.strokeStyle = colours.line;
  context.lineWidth = 1.25 * unit;
  context.setLineDash([]);
  context.beginPath();
  for (const { x, y } of front) context.lineTo(at("x", x), at("y", y));
  context.stroke();
}
