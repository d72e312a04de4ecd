/**
 * What a chart's picture has around the plot: title, note, legend, and who measured where and when, so that it can travel
 * alone. The window and Node draw it with the same lines.
 */
import type { ChartModel } from "../model.ts";
import type { DrawContext } from "./draw-context.ts";
import { drawSample } from "./draw-marks.ts";
import type { ChartSettings } from "./settings.ts";

/** A picture is drawn at twice its size. */
export const PICTURE_SCALE = 2;

const WIDTH = 960;
const PLOT_HEIGHT = 420;
const MARGIN = 24;
const LINE = 18;
const HEAD = 68;
const FOOT = 30;

interface LegendEntry {
  readonly series: ChartModel["series"][number];
  readonly label: string;
  /** In CSS pixels. */
  readonly x: number;
}

/** Sizes and places in pixels of the picture. */
interface PictureFrame {
  readonly width: number;
  readonly height: number;
  readonly plot: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  readonly legend: readonly (readonly LegendEntry[])[];
}

/** @param context measures texts; it may be of another canvas than the one that is drawn on */
export function pictureFrame(model: ChartModel, settings: ChartSettings, context: DrawContext): PictureFrame {
  context.font = fontOf(settings, 12);
  const legend = legendRows(model, settings, context);
  const top = HEAD + legend.length * LINE;
  return {
    width: WIDTH * PICTURE_SCALE,
    height: (top + PLOT_HEIGHT + FOOT) * PICTURE_SCALE,
    plot: {
      left: (MARGIN / 2) * PICTURE_SCALE,
      top: top * PICTURE_SCALE,
      width: (WIDTH - MARGIN) * PICTURE_SCALE,
      height: PLOT_HEIGHT * PICTURE_SCALE,
    },
    legend,
  };
}

/** Everything but the plot. @param about who measured what, where and when, in one line */
export function drawFrame(
  context: DrawContext,
  frame: PictureFrame,
  model: ChartModel,
  settings: ChartSettings,
  about: string,
): void {
  const { colours } = settings;
  const text = (words: string, x: number, y: number, font: string, colour: string): void => {
    context.font = font;
    context.fillStyle = colour;
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.fillText(words, x * PICTURE_SCALE, y * PICTURE_SCALE, (WIDTH - 2 * MARGIN) * PICTURE_SCALE);
  };
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, frame.width, frame.height);
  text(model.title, MARGIN, 32, fontOf(settings, 17, "600"), colours.text);
  text(model.note, MARGIN, 52, fontOf(settings, 12), colours.muted);
  frame.legend.forEach((row, index) => {
    for (const { series, label, x } of row) {
      const y = HEAD + index * LINE + LINE / 2;
      const ground = { context, unit: PICTURE_SCALE, colours };
      drawSample(ground, series, model.kind, (x + 16) * PICTURE_SCALE, y * PICTURE_SCALE);
      text(label, x + 38, y + 4, fontOf(settings, 12), colours.text);
    }
  });
  const below = HEAD + frame.legend.length * LINE + PLOT_HEIGHT;
  text(about, MARGIN, below + 16, fontOf(settings, 11), colours.muted);
}

function fontOf({ colours }: ChartSettings, size: number, weight = ""): string {
  return `${weight} ${size * PICTURE_SCALE}px ${colours.font}`.trim();
}

/** Entries side by side, a new row where the next does not fit. */
function legendRows(model: ChartModel, { hidden }: ChartSettings, context: DrawContext): LegendEntry[][] {
  const rows: LegendEntry[][] = [];
  let x = Infinity;
  for (const series of model.series.filter(({ id }) => !hidden.has(id))) {
    const label = series.reference ? `${series.label} (reference)` : series.label;
    const width = 38 + context.measureText(label).width / PICTURE_SCALE + 20;
    if (x + width > WIDTH - MARGIN) {
      rows.push([]);
      x = MARGIN;
    }
    rows.at(-1)!.push({ series, label, x });
    x += width;
  }
  return rows;
}
