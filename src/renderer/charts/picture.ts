/** A chart as a PNG at twice its size: with title, units, legend, and where and when it was measured, so that it can travel alone. */
import type { ChartModel } from "#shared/charts/model.ts";
import { drawFrame, PICTURE_SCALE, pictureFrame } from "#shared/charts/plot/picture-frame.ts";
import type { ChartSettings } from "#shared/charts/plot/settings.ts";
import { drawOnce } from "./plot.ts";

/** @param about who measured what, where and when, in one line */
export async function chartPicture(model: ChartModel, settings: ChartSettings, about: string): Promise<Blob> {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d")!;
  const frame = pictureFrame(model, settings, context);
  // The canvas is as many device pixels as its CSS size says, so that the picture is the same on every screen.
  const plot = await drawOnce(
    document.createElement("div"),
    model,
    { ...settings, scale: PICTURE_SCALE / devicePixelRatio },
    frame.plot.width / devicePixelRatio,
    frame.plot.height / devicePixelRatio,
  );
  canvas.width = frame.width;
  canvas.height = frame.height;
  drawFrame(context, frame, model, settings, about);
  context.drawImage(plot.ctx.canvas, frame.plot.left, frame.plot.top);
  plot.destroy();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error("The picture could not be drawn."));
    }, "image/png");
  });
}
