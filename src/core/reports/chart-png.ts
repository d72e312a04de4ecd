/** A chart as a PNG at twice its size, drawn by uPlot without a window: the same picture as the window's. */
import type { ChartModel } from "#shared/report/charts/model.ts";
import { PALETTES } from "#shared/report/export/palette.ts";
import type { DrawContext } from "#shared/report/plot/draw-context.ts";
import { drawMarks } from "#shared/report/plot/draw-marks.ts";
import { drawFrame, PICTURE_SCALE, pictureFrame } from "#shared/report/plot/picture-frame.ts";
import { plotData } from "#shared/report/plot/plot-data.ts";
import { plotOptions } from "#shared/report/plot/plot-options.ts";
import { type ChartSettings, WHOLE, wholeRange } from "#shared/report/plot/settings.ts";
import { type Canvas, type CanvasWindow, openCanvasWindow, type PlotConstructor } from "./canvas-window.ts";


/**
 * @param about who measured what, where and when, in one line
 * @throws LabError NOT_AVAILABLE where the canvas library or a font is missing
 */
export async function chartPng(model: ChartModel, about: string, theme: "light" | "dark" = "light"): Promise<Buffer> {
  const window = await openCanvasWindow();
  const settings: ChartSettings = { colours: PALETTES[theme], logY: null, hidden: new Set(), scale: PICTURE_SCALE };
  const frame = pictureFrame(model, settings, contextOf(window.createCanvas(1, 1)));
  const plot = await drawPlot(window, model, settings, frame.plot);
  const canvas = window.createCanvas(frame.width, frame.height);
  drawFrame(contextOf(canvas), frame, model, settings, about);
  canvas.getContext("2d").drawImage(plot.ctx.canvas as unknown as Canvas, frame.plot.left, frame.plot.top);
  plot.destroy();
  return canvas.encode("png");
}

/** The library's own types name its colours and gradients; what is drawn here is the same. */
function contextOf(canvas: Canvas): DrawContext {
  return canvas.getContext("2d") as unknown as DrawContext;
}

function drawPlot(
  { Plot }: CanvasWindow,
  model: ChartModel,
  settings: ChartSettings,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<InstanceType<PlotConstructor>> {
  return new Promise((resolve, reject) => {
    const data = plotData(model);
    const options = plotOptions({ model, settings, width, height, pixelRatio: 1, ranges: wholeRange(model), view: () => WHOLE });
    const draw = (plot: InstanceType<PlotConstructor>): void => {
      try {
        const at = (axis: "x" | "y", value: number): number => plot.valToPos(value, axis, true);
        const context = plot.ctx as unknown as DrawContext;
        drawMarks({ context, unit: settings.scale, box: plot.bbox, at, colours: settings.colours }, model, data, settings.hidden);
        resolve(plot);
      } catch (error) {
        reject(error as Error);
      }
    };
    // In no element: there is none to be in.
    new Plot({ ...options, hooks: { draw: [draw] } }, data.columns as ConstructorParameters<PlotConstructor>[1]);
  });
}
