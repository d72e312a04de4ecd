/** A chart as a PNG at twice its size, painted without a window: the drawing that reports and the window have too. */
import { CanvasPen } from "#shared/charts/drawing/canvas-pen.ts";
import type { StaticChart } from "#shared/charts/drawing/drawing.ts";
import { PICTURE_SCALE, pictureOf } from "#shared/charts/drawing/picture.ts";
import { PALETTES, toneColour } from "#shared/charts/palette.ts";
import { openCanvasLibrary, PICTURE_FONT } from "./canvas-library.ts";

/**
 * @param about who measured what, where and when, in one line
 * @throws LabError NOT_AVAILABLE where the canvas library or the bundled font is missing
 */
export async function chartPng(chart: StaticChart, about: string, theme: "light" | "dark" = "light"): Promise<Buffer> {
  const { createCanvas, Path2D } = await openCanvasLibrary();
  const colours = PALETTES[theme];
  const picture = pictureOf(chart, about);
  const canvas = createCanvas(picture.width * PICTURE_SCALE, Math.ceil(picture.height * PICTURE_SCALE));
  const context = canvas.getContext("2d");
  context.scale(PICTURE_SCALE, PICTURE_SCALE);
  const pen = new CanvasPen(
    context,
    (d) => new Path2D(d),
    (tone) => toneColour(tone, colours),
    // The system's fonts come second: for scripts that the bundled one does not write.
    `"${PICTURE_FONT}", ${colours.font}`,
  );
  picture.draw(pen, 0, 0);
  return canvas.encode("png");
}
