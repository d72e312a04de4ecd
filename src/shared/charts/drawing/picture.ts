/** A chart that travels alone: on a ground of its own, with title, note, and who measured what, where and when. */
import { drawingOf, type StaticChart } from "./drawing.ts";
import type { Drawing } from "./pen.ts";
import { rectPath } from "./pen.ts";
import { wrapped } from "./text-width.ts";

/** A PNG has so many pixels for one of the drawing. */
export const PICTURE_SCALE = 2;
const WIDTH = 960;
const PLOT_HEIGHT = 430;
const MARGIN = 24;
const NOTE = { size: 12, line: 17 };
const ABOUT = { size: 11, line: 15 };

/** @param about in one line, which is broken where it is too long */
export function pictureOf(chart: StaticChart, about: string): Drawing {
  const inner = WIDTH - 2 * MARGIN;
  const titles = wrapped(chart.title, 17, inner);
  const notes = wrapped(chart.note, NOTE.size, inner);
  const abouts = wrapped(about, ABOUT.size, inner);
  const plot = drawingOf(chart, inner, PLOT_HEIGHT);
  const top = MARGIN + titles.length * 22 + notes.length * NOTE.line + 12;
  const height = top + plot.height + 18 + abouts.length * ABOUT.line + MARGIN - 8;
  return {
    width: WIDTH,
    height,
    draw(pen, left, upper) {
      pen.path(rectPath(left, upper, WIDTH, height), { fill: "surface" });
      let y = upper + MARGIN;
      for (const line of titles) pen.text(line, left + MARGIN, (y += 22) - 8, { size: 17, strong: true, tone: "text" });
      for (const line of notes) pen.text(line, left + MARGIN, (y += NOTE.line) - 6, { size: NOTE.size });
      plot.draw(pen, left + MARGIN, upper + top);
      y = upper + top + plot.height + 18;
      for (const line of abouts) pen.text(line, left + MARGIN, (y += ABOUT.line) - 6, { size: ABOUT.size });
    },
  };
}
