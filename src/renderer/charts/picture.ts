/** A chart as a PNG: the picture that the command line and reports make of it, in the window's theme. */
import { CanvasPen } from "#shared/charts/drawing/canvas-pen.ts";
import type { StaticChart } from "#shared/charts/drawing/drawing.ts";
import { PICTURE_SCALE, pictureOf } from "#shared/charts/drawing/picture.ts";
import { PALETTES, toneColour } from "#shared/charts/palette.ts";
import { loadPictureFont } from "./picture-font.ts";

/** @param about who measured what, where and when, in one line */
export async function chartPicture(chart: StaticChart, dark: boolean, about: string): Promise<Blob> {
  const font = await loadPictureFont();
  const colours = PALETTES[dark ? "dark" : "light"];
  const picture = pictureOf(chart, about);
  const canvas = document.createElement("canvas");
  canvas.width = picture.width * PICTURE_SCALE;
  canvas.height = Math.ceil(picture.height * PICTURE_SCALE);
  const context = canvas.getContext("2d")!;
  context.scale(PICTURE_SCALE, PICTURE_SCALE);
  const pen = new CanvasPen<Path2D>(
    context,
    (d) => new Path2D(d),
    (tone) => toneColour(tone, colours),
    `"${font}", ${colours.font}`,
  );
  picture.draw(pen, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error("The picture could not be drawn."));
    }, "image/png");
  });
}
