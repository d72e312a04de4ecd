/** A forest plot: rows of candidates, panels of measures side by side. */
import { ENDS_NAMES } from "../../stats/ends.ts";
import type { ForestModel, ForestPanel, ForestPoint } from "../forest-model.ts";
import { exactly } from "../readout-words.ts";
import { panelRange } from "../range.ts";
import { ticks } from "../ticks.ts";
import { endsStyle, whiskerPath } from "./ends.ts";
import { drawMarker } from "./marker.ts";
import { linePath, type Drawing, type Pen, rectPath, TEXT_SIZE } from "./pen.ts";
import { shareOf } from "./place.ts";
import { shortNames } from "./short-names.ts";
import { textWidth } from "./text-width.ts";

const NAME_SIZE = 12;
const ROW = 26;
const HEAD = 26;
const FOOT = 44;
const GAP = 20;
/** Between the axis and the values at its right. */
const VALUE_GAP = 10;
const TICK_ROOM = 30;
const SHADE = 0.1;

export function forestDrawing(model: ForestModel, width: number): Drawing {
  const { rows, panels } = model;
  if (panels.length === 0) {
    return {
      width,
      height: 48,
      draw: (pen, left, top) => {
        pen.text(model.empty, left, top + 24, { size: NAME_SIZE });
      },
    };
  }
  const names = shortNames(rows.map(({ label }) => label));
  const namesWidth = 22 + Math.max(...names.map((name) => textWidth(name, NAME_SIZE)));
  const each = (width - namesWidth - GAP * panels.length) / panels.length;
  const key = keyOf(panels);
  const bottom = HEAD + rows.length * ROW;
  return {
    width,
    height: bottom + FOOT + (key === "" ? 0 : 20),
    draw(pen, left, top) {
      rows.forEach(({ look }, index) => {
        const y = top + HEAD + (index + 0.5) * ROW;
        pen.path(linePath(left, y + ROW / 2, left + width, y + ROW / 2), { stroke: "grid" });
        drawMarker(pen, { look, reference: false }, left + 7, y);
        pen.text(names[index]!, left + 20, y + 4, { size: NAME_SIZE, tone: "text" });
      });
      panels.forEach((panel, index) => {
        drawPanel(pen, model, panel, left + namesWidth + GAP + index * (each + GAP), top, each);
      });
      if (key !== "") pen.text(key, left, top + bottom + FOOT + 14);
    },
  };
}

function drawPanel(pen: Pen, model: ForestModel, panel: ForestPanel, left: number, top: number, width: number): void {
  const { axis, points, same, limit } = panel;
  const values = Math.max(0, ...points.map((point) => textWidth(point?.text ?? "–", TEXT_SIZE)));
  const length = width - values - VALUE_GAP;
  const range = panelRange(panel);
  const at = (value: number): number => left + shareOf(axis, range, value) * length;
  const [upper, lower] = [top + HEAD, top + HEAD + points.length * ROW];
  if (limit !== null) {
    pen.path(rectPath(left, upper, at(limit) - left, lower - upper), { fill: "muted", opacity: SHADE });
    pen.path(linePath(at(limit), upper - 4, at(limit), lower), { stroke: "muted", dash: [5, 4] });
  }
  pen.path(linePath(at(same), upper - 4, at(same), lower), { stroke: "line", width: 1.25 });
  pen.text(panel.title, left, top + 12, { size: NAME_SIZE, strong: true, tone: "text" });
  points.forEach((point, index) => {
    const y = upper + (index + 0.5) * ROW;
    if (point) drawPoint(pen, model, panel, index, point, at, y);
    pen.text(point?.text ?? "–", left + width, y + 4, { anchor: "end", tone: point ? "text" : "muted" });
  });
  pen.path(linePath(left, lower, left + length, lower), { stroke: "line" });
  const labels = ticks(axis, ...range, Math.max(2, Math.floor(length / TICK_ROOM)));
  for (const { value, text } of labels) {
    pen.path(linePath(at(value), lower, at(value), lower + 4), { stroke: "line" });
    pen.text(text, at(value), lower + 16, { anchor: "middle" });
  }
  pen.text(axis.unit === "" ? axis.label : `${axis.label} (${axis.unit})`, left + length / 2, lower + 34, {
    anchor: "middle",
  });
}

function drawPoint(
  pen: Pen,
  { rows }: ForestModel,
  { title, axis }: ForestPanel,
  index: number,
  { value, low, high, ends, note }: ForestPoint,
  at: (value: number) => number,
  y: number,
): void {
  const { label, look } = rows[index]!;
  const between = low === null || high === null ? "" : ` (${exactly(low)} to ${exactly(high)})`;
  const unit = axis.unit === "" ? "" : ` ${axis.unit}`;
  const words = `${label}, ${title.toLowerCase()}: ${exactly(value)}${unit}${between}${note === null ? "" : `, ${note}`}`;
  pen.group(words, () => {
    if (low !== null && high !== null && ends !== null) {
      pen.path(whiskerPath(ends, "x", y, at(low), at(high)), { ...endsStyle(ends, look.tone), width: 2 });
    }
    drawMarker(pen, { look, reference: false }, at(value), y);
  });
}

/** What is drawn unlike: in words, for every panel has its own. */
function keyOf(panels: readonly ForestPanel[]): string {
  const seen = new Set(panels.flatMap(({ points }) => points.map((point) => point?.ends ?? null)));
  const shapes = { interval: "solid with caps", runs: "solid without caps", range: "dotted" } as const;
  const ends = (["interval", "runs", "range"] as const)
    .filter((each) => seen.has(each))
    .map((each) => `${shapes[each]}: ${ENDS_NAMES[each]}`);
  const limits = panels.some(({ limit }) => limit !== null) ? ["shaded: beyond your limit"] : [];
  return [...ends, ...limits].join(" · ");
}
