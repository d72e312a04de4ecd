import type { StaticChart } from "../charts/drawing/drawing.ts";
import type { ForestModel } from "../charts/forest-model.ts";
import type { ChartModel, ChartPoint } from "../charts/model.ts";
import { toCsv } from "./csv.ts";
import { ENDS_NAMES } from "../stats/ends.ts";

function xOf({ x }: ChartModel, point: ChartPoint): string | number {
  if (x.scale === "category") return x.categories[point.x] ?? point.x;
  if (x.scale !== "time") return point.x;
  return Number.isFinite(point.x) ? new Date(point.x).toISOString() : "";
}

/** The chart's numbers, one line a point, full precision, with their units. Columns that are empty throughout are left out. */
export function chartCsv(chart: StaticChart): string {
  return chart.kind === "forest" ? forestCsv(chart) : pointsCsv(chart);
}

/** One line a candidate and measure; a limit stands with each. */
function forestCsv({ rows, panels }: ForestModel): string {
  const lines = panels.flatMap(({ title, axis: { label, unit }, points, limit }) =>
    points.flatMap((point, index) => {
      if (!point) return [];
      const { value, low, high, ends, note } = point;
      const what = unit === "" ? label : `${label} (${unit})`;
      return [[rows[index]!.label, title, what, value, low, high, ends && ENDS_NAMES[ends], limit, note]];
    }),
  );
  const header = ["candidate", "measure", "as", "value", "low", "high", "low and high are", "limit", "note"];
  return toCsv([header, ...lines]);
}

function pointsCsv(model: ChartModel): string {
  const unit = (text: string): string => (text === "" ? "" : ` (${text})`);
  const x = model.x.scale === "category" ? model.x.label : `${model.x.label}${unit(model.x.unit)}`;
  const y = `${model.y.label}${unit(model.y.unit)}`;
  const columns: readonly [header: string, value: (point: ChartPoint) => string | number | null][] = [
    [x, (point) => xOf(model, point)],
    [y, (point) => point.y],
    [`${y} low`, (point) => point.low],
    [`${y} high`, (point) => point.high],
    [`${x} low`, (point) => point.xLow],
    [`${x} high`, (point) => point.xHigh],
    ["low and high are", ({ ends, low }) => (ends === null || low === null ? null : ENDS_NAMES[ends])],
    [`${x} low and high are`, ({ xEnds, xLow }) => (xEnds === null || xLow === null ? null : ENDS_NAMES[xEnds])],
    ["note", (point) => point.note],
  ];
  const points = model.series.flatMap(({ label, points: own }) => own.map((point) => ({ label, point })));
  const used = columns.filter(([, value], index) => index < 2 || points.some(({ point }) => value(point) !== null));
  return toCsv([
    ["series", ...used.map(([header]) => header)],
    ...points.map(({ label, point }) => [label, ...used.map(([, value]) => value(point))]),
  ]);
}
