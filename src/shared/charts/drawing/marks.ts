/** What lies on a chart's ground: guides, the Pareto front, bands, lines, bars, whiskers and markers. */
import { readoutWords } from "../readout-words.ts";
import type { ChartGuide, ChartModel, ChartSeries } from "../model.ts";
import { barWidth, type Placed, type PlacedModel } from "../placed.ts";
import { bandsOf, drawBands, drawWhiskers } from "./ends.ts";
import { drawMarker, lineDash, lineWidth } from "./marker.ts";
import { linePath, n, type Pen, rectPath, TEXT_SIZE } from "./pen.ts";
import type { At, Box } from "./place.ts";
import { textWidth } from "./text-width.ts";

export interface Ground {
  readonly pen: Pen;
  readonly box: Box;
  readonly at: At;
}

const BAR_OPACITY = 0.3;

interface Shown {
  readonly series: ChartSeries;
  readonly placed: readonly Placed[];
}

/**
 * @param hidden ids of series that are not drawn, whose room stays
 * @param lines false where something faster draws them (the window's uPlot)
 */
export function drawMarks(
  ground: Ground,
  model: ChartModel,
  data: PlacedModel,
  hidden: ReadonlySet<string> = new Set(),
  lines = true,
): void {
  const { pen, at } = ground;
  const shown = model.series
    .map((series, index): Shown => ({ series, placed: data.placed[index]! }))
    .filter(({ series }) => !hidden.has(series.id));
  if (data.crowded) drawSeparators(ground, model.x.categories.length);
  for (const guide of model.guides) drawGuide(ground, guide);
  if (model.front.length > 1) drawFront(ground, model.front);
  const banded = new Set<Placed>();
  for (const { series, placed } of shown) {
    const bands = bandsOf(model.kind, placed);
    for (const each of bands.flat()) banded.add(each);
    drawBands(pen, at, series.look.tone, bands);
  }
  if (lines) for (const each of shown) drawLine(ground, model, each);
  if (model.kind === "bars") for (const each of shown) drawBars(ground, model, each);
  // All whiskers first: a marker is never crossed by another series' whisker.
  for (const { series, placed } of shown) {
    drawWhiskers(
      pen,
      at,
      series.look.tone,
      placed.filter((each) => !banded.has(each)),
    );
  }
  if (model.kind === "stream") return;
  for (const { series, placed } of shown) {
    for (const { x, point } of placed.filter((each) => Number.isFinite(each.point.y))) {
      pen.group(readoutWords(model, series, point), () => {
        drawMarker(pen, series, at("x", x), at("y", point.y));
      });
    }
  }
}

/** Between categories: which points belong together. */
function drawSeparators({ pen, box, at }: Ground, count: number): void {
  const edges = Array.from({ length: Math.max(0, count - 1) }, (_, index) => at("x", index + 0.5));
  if (edges.length === 0) return;
  pen.path(edges.map((x) => linePath(x, box.top, x, box.top + box.height)).join(""), { stroke: "grid" });
}

function drawGuide({ pen, box, at }: Ground, { axis, value, label, row = 0 }: ChartGuide): void {
  const place = at(axis, value);
  const { left, top, width, height } = box;
  const d = axis === "y" ? linePath(left, place, left + width, place) : linePath(place, top, place, top + height);
  pen.path(d, { stroke: "muted", dash: [5, 4] });
  if (axis === "y") {
    // Above the line, and below it where there is no room above.
    const below = place - top < 16;
    pen.text(label, left + width - 4, place + (below ? 12 : -4), { anchor: "end" });
  } else {
    // Left of the line, and right of it where there is no room.
    const before = place - 4 - textWidth(label, TEXT_SIZE) >= left;
    const anchor = before ? "end" : "start";
    pen.text(label, place + (before ? -4 : 4), top + 12 + 13 * row, { anchor });
  }
}

function drawFront({ pen, at }: Ground, front: ChartModel["front"]): void {
  const corners = front.map(({ x, y }) => `${n(at("x", x))} ${n(at("y", y))}`);
  pen.path(`M${corners.join("L")}`, { stroke: "line", width: 1.25 });
}

/** Broken where a value is not a number. */
function drawLine({ pen, at }: Ground, { kind }: ChartModel, { series, placed }: Shown): void {
  if (kind !== "lines" && kind !== "stream") return;
  let steps = "M";
  const parts = placed.flatMap(({ x, point }) => {
    if (!Number.isFinite(point.y)) {
      steps = "M";
      return [];
    }
    const part = `${steps}${n(at("x", x))} ${n(at("y", point.y))}`;
    steps = "L";
    return [part];
  });
  if (parts.length < 2) return;
  pen.path(parts.join(""), { stroke: series.look.tone, width: lineWidth(series), dash: lineDash(series) });
}

/** From zero, or from the axis' end where zero is not on it. */
function drawBars({ pen, box, at }: Ground, model: ChartModel, { series, placed }: Shown): void {
  const width = barWidth(model) * (at("x", 1) - at("x", 0));
  const zero = Math.min(box.top + box.height, Math.max(box.top, at("y", 0)));
  for (const { x, point } of placed) {
    if (!Number.isFinite(point.y)) continue;
    const [left, top] = [at("x", x) - width / 2, at("y", point.y)];
    const tone = series.look.tone;
    pen.path(rectPath(left, Math.min(top, zero), width, Math.abs(zero - top)), {
      fill: tone,
      opacity: BAR_OPACITY,
      stroke: tone,
    });
  }
}
