/** A chart as a PNG at twice its size, drawn by uPlot without a window: the same picture as the window's. */
import type { ChartModel } from "#shared/charts/model.ts";
import { PALETTES } from "#shared/charts/palette.ts";
import type { DrawContext } from "#shared/charts/plot/draw-context.ts";
import { drawMarks } from "#shared/charts/plot/draw-marks.ts";
import { drawFrame, PICTURE_SCALE, pictureFrame } from "#shared/charts/plot/picture-frame.ts";
import { plotData } from "#shared/charts/plot/plot-data.ts";
import { plotOptions } from "#shared/charts/plot/plot-options.ts";
import { type ChartSettings, WHOLE, wholeRange } from "#shared/charts/plot/settings.ts";
import {
  type Canvas,
  type CanvasWindow,
  openCanvasWindow,
  PICTURE_FONT,
  type PlotConstructor,
} from "./canvas-window.ts";

/**
 * @param about who measured what, where and when, in one line
 * @throws LabError NOT_AVAILABLE where the canvas library or the bundled font is missing
 */
export async function chartPng(model: ChartModel, about: string, theme: "light" | "dark" = "light"): Promise<Buffer> {
  const window = await openCanvasWindow();
  const palette = PALETTES[theme];
  // The system's fonts come second: for scripts that the bundled one does not write.
  const colours = { ...palette, font: `"${PICTURE_FONT}", ${palette.font}` };
  const settings: ChartSettings = { colours, logY: null, hidden: new Set(), scale: PICTURE_SCALE };
  const frame = pictureFrame(model, settings, contextOf(window.createCanvas(1, 1)));
  const plot = await drawPlot(window, model, settings, frame.plot);
  const canvas = window.createCanvas(frame.width, frame.height);
  drawFrame(contextOf(canvas), frame, model, settings, about);
  canvas.getContext("2d").drawImage(plot.canvas, frame.plot.left, frame.plot.top);
  plot.destroy();
  return canvas.encode("png");
}

/** A canvas of the library, where code that draws takes any. */
function contextOf(canvas: Canvas): DrawContext {
  return canvas.getContext("2d");
}

interface DrawnPlot {
  readonly canvas: Canvas;
  readonly destroy: () => void;
}

async function drawPlot(
  { Plot }: CanvasWindow,
  model: ChartModel,
  settings: ChartSettings,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<DrawnPlot> {
  const data = plotData(model);
  const ranges = wholeRange(model);
  const options = plotOptions({ model, settings, width, height, pixelRatio: 1, ranges, view: () => WHOLE });
  // uPlot draws a moment later, in no element: there is none to be in.
  const plot = await new Promise<InstanceType<PlotConstructor>>((resolve) => {
    new Plot({ ...options, hooks: { draw: [resolve] } }, data.columns as ConstructorParameters<PlotConstructor>[1]);
  });
  // uPlot's types name the window's canvas; it was given one of the library's.
  const context = plot.ctx as DrawContext & { readonly canvas: Canvas };
  const at = (axis: "x" | "y", value: number): number => plot.valToPos(value, axis, true);
  const { scale: unit, colours, hidden } = settings;
  drawMarks({ context, unit, box: plot.bbox, at, colours }, model, data, hidden);
  const destroy = (): void => {
    plot.destroy();
  };
  return { canvas: context.canvas, destroy };
}
