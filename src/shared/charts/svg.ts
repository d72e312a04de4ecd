/**
 * A chart as SVG: for a document that opens without scripts and follows the reader's light or dark theme. Colours are the
 * custom properties that the document defines (`--text`, `--format-int4` ...); marks and dashes are those of every chart.
 */
import { markerPath } from "../formats/marks.ts";
import { axisTitle, type ChartModel, type ChartSeries } from "./model.ts";
import { plotData, type PlotData } from "./plot/plot-data.ts";
import { lineWidth } from "./plot/settings.ts";
import { escapeHtml } from "../escape-html.ts";
import { placeOf, type SvgPlace } from "./svg-place.ts";

const WIDTH = 720;
const PLOT_HEIGHT = 320;
const LEGEND_LINE = 18;
const RADIUS = 4;
const CAP = 3.5;
/** A character's width at the legend's size; only to know when a row is full. */
const CHARACTER = 6.4;
const LONGEST_LABEL = 20;

export function chartSvg(model: ChartModel): string {
  const data = plotData(model);
  const legend = legendOf(model);
  const top = legend.rows * LEGEND_LINE + 10;
  const place = placeOf(model, { width: WIDTH, height: PLOT_HEIGHT, top });
  const parts = [
    ...legend.marks,
    ...axes(model, place),
    ...model.guides.map((guide) => guideOf(guide, place)),
    ...front(model, place),
    ...model.series.flatMap((series, index) => lines(model, series, data.placed[index]!, place)),
    ...model.series.flatMap((series, index) => whiskers(series, data.placed[index]!, place)),
    ...model.series.flatMap((series, index) => markers(model, series, data.placed[index]!, place)),
  ];
  const size = `viewBox="0 0 ${WIDTH} ${top + PLOT_HEIGHT}" width="${WIDTH}" height="${top + PLOT_HEIGHT}"`;
  return `<svg ${size} role="img" aria-label="${escapeHtml(model.title)}">${parts.join("")}</svg>`;
}

function axes(model: ChartModel, { left, top, width, height, at, ticks }: SvgPlace): string[] {
  const bottom = top + height;
  const aslant =
    model.x.scale === "category" &&
    Math.max(0, ...ticks.x.map(({ text }) => text.length)) * CHARACTER > width / Math.max(1, ticks.x.length);
  return [
    ...ticks.y.flatMap(({ value, text }) => {
      const y = at("y", value);
      return [line(left, y, left + width, y, "--grid"), words(text, left - 6, y + 4, "end")];
    }),
    ...ticks.x.flatMap(({ value, text }) => {
      const x = at("x", value);
      const grid = model.x.scale === "category" ? [] : [line(x, top, x, bottom, "--grid")];
      const turn = aslant ? ` transform="rotate(20 ${n(x)} ${n(bottom + 15)})"` : "";
      return [...grid, words(shortened(text), x, bottom + 15, aslant ? "start" : "middle", turn)];
    }),
    line(left, bottom, left + width, bottom, "--line"),
    words(axisTitle(model.x), left + width / 2, bottom + 40, "middle"),
    words(axisTitle(model.y), 12, top + height / 2, "middle", ` transform="rotate(-90 12 ${n(top + height / 2)})"`),
  ];
}

function guideOf({ axis, value, label }: ChartModel["guides"][number], place: SvgPlace): string {
  const { left, top, width, height, at } = place;
  const where = at(axis, value);
  const dash = ' stroke-dasharray="5 4"';
  return axis === "y"
    ? line(left, where, left + width, where, "--muted", dash) + words(label, left + width - 4, where - 4, "end")
    : line(where, top, where, top + height, "--muted", dash) + words(label, where - 4, top + 12, "end");
}

function front({ front: points }: ChartModel, { at }: SvgPlace): string[] {
  if (points.length < 2) return [];
  const corners = points.map(({ x, y }) => `${n(at("x", x))},${n(at("y", y))}`).join(" ");
  return [`<polyline points="${corners}" style="fill:none;stroke:var(--line);stroke-width:1.25"/>`];
}

type Placed = PlotData["placed"][number];

/** Broken where a value is not a number. */
function lines(model: ChartModel, series: ChartSeries, placed: Placed, { at }: SvgPlace): string[] {
  if (model.kind !== "lines" && model.kind !== "stream") return [];
  const width = lineWidth(series);
  const dash = series.look.dash.map((part) => n(part * width)).join(" ");
  let pen = "M";
  const path = placed.flatMap(({ x, point }) => {
    if (!Number.isFinite(point.y)) {
      pen = "M";
      return [];
    }
    const step = `${pen}${n(at("x", x))} ${n(at("y", point.y))}`;
    pen = "L";
    return [step];
  });
  if (path.length < 2) return [];
  return [
    `<path d="${path.join("")}" style="fill:none;stroke:${tone(series)};stroke-width:${width}` +
      `${dash === "" ? "" : `;stroke-dasharray:${dash}`}"/>`,
  ];
}

function whiskers(series: ChartSeries, placed: Placed, { at }: SvgPlace): string[] {
  const path = placed.flatMap(({ x, point }) => {
    const [px, py] = [at("x", x), at("y", point.y)];
    const up = point.low === null || point.high === null ? "" : upright(px, at("y", point.low), at("y", point.high));
    const flat =
      point.xLow === null || point.xHigh === null ? "" : level(py, at("x", point.xLow), at("x", point.xHigh));
    return up + flat;
  });
  const d = path.join("");
  return d === "" ? [] : [`<path d="${d}" style="fill:none;stroke:${tone(series)};stroke-width:1.25"/>`];
}

function upright(x: number, from: number, to: number): string {
  const cap = (y: number): string => `M${n(x - CAP)} ${n(y)}H${n(x + CAP)}`;
  return `M${n(x)} ${n(from)}V${n(to)}${cap(from)}${cap(to)}`;
}

function level(y: number, from: number, to: number): string {
  const cap = (x: number): string => `M${n(x)} ${n(y - CAP)}V${n(y + CAP)}`;
  return `M${n(from)} ${n(y)}H${n(to)}${cap(from)}${cap(to)}`;
}

function markers(model: ChartModel, series: ChartSeries, placed: Placed, { at }: SvgPlace): string[] {
  if (model.kind === "stream") return [];
  return placed
    .filter(({ point }) => Number.isFinite(point.y))
    .map(({ x, point }) => marker(series, at("x", x), at("y", point.y), readout(model, series, point)));
}

function readout(
  { y }: ChartModel,
  { label }: ChartSeries,
  { y: value, low, high, note }: Placed[number]["point"],
): string {
  const exact = (number: number): string => number.toLocaleString("en-US", { maximumSignificantDigits: 6 });
  const range = low === null || high === null ? "" : ` (${exact(low)}–${exact(high)})`;
  return `${label}: ${exact(value)}${y.unit === "" ? "" : ` ${y.unit}`}${range}${note === null ? "" : `, ${note}`}`;
}

function marker(series: ChartSeries, x: number, y: number, title: string): string {
  const { marker: shape, fill, variant } = series.look;
  const radius = series.reference ? RADIUS + 1 : variant > 0 ? RADIUS - 1 : RADIUS;
  const colour = tone(series);
  const inside =
    fill === "dot"
      ? `<circle cx="${n(x)}" cy="${n(y)}" r="${n(radius / 4)}" style="fill:${colour}"/>`
      : fill === "bar"
        ? `<path d="M${n(x - radius / 2)} ${n(y)}h${n(radius)}" style="stroke:${colour};stroke-width:1.5"/>`
        : fill === "pole"
          ? `<path d="M${n(x)} ${n(y - radius / 2)}v${n(radius)}" style="stroke:${colour};stroke-width:1.5"/>`
          : "";
  const style = `fill:${fill === "solid" ? colour : "var(--surface)"};stroke:${colour};stroke-width:1.5`;
  const about = title === "" ? "" : `<title>${escapeHtml(title)}</title>`;
  return `<g>${about}<path d="${markerPath(shape, x, y, radius)}" style="${style};stroke-linejoin:round"/>${inside}</g>`;
}

/** Entries side by side, a new row where the next does not fit. */
function legendOf(model: ChartModel): { marks: string[]; rows: number } {
  let [x, row] = [8, 0];
  const marks = model.series.flatMap((series) => {
    const label = series.reference ? `${series.label} (reference)` : series.label;
    const width = 44 + label.length * CHARACTER;
    if (x > 8 && x + width > WIDTH) [x, row] = [8, row + 1];
    const y = row * LEGEND_LINE + LEGEND_LINE / 2;
    const [from, middle] = [x, x + 14];
    x += width;
    const sample =
      model.kind === "lines" || model.kind === "stream"
        ? `<path d="M${n(from)} ${n(y)}h28" style="stroke:${tone(series)};stroke-width:${lineWidth(series)};stroke-dasharray:${
            series.look.dash.map((part) => n(part * lineWidth(series))).join(" ") || "none"
          }"/>`
        : "";
    return [
      sample,
      model.kind === "stream" ? "" : marker(series, middle, y, ""),
      words(label, from + 34, y + 4, "start", "", "--text"),
    ];
  });
  return { marks, rows: row + 1 };
}

function tone({ look }: ChartSeries): string {
  return `var(--format-${look.tone})`;
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string, extra = ""): string {
  return `<line x1="${n(x1)}" y1="${n(y1)}" x2="${n(x2)}" y2="${n(y2)}" style="stroke:var(${colour})"${extra}/>`;
}

function words(text: string, x: number, y: number, anchor: string, extra = "", colour = "--muted"): string {
  return `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}" style="fill:var(${colour})"${extra}>${escapeHtml(text)}</text>`;
}

function shortened(text: string): string {
  if (text.length <= LONGEST_LABEL) return text;
  return `${text.slice(0, LONGEST_LABEL / 2 - 1)}…${text.slice(-LONGEST_LABEL / 2)}`;
}

/** A tenth of a pixel is as fine as anybody sees. */
function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
