/** A chart of one pair of axes: its legend, and below it the plot. */
import type { Drawing } from "./pen.ts";
import { type ChartModel, isEmpty } from "../model.ts";
import { placed } from "../placed.ts";
import { drawAxes } from "./axes.ts";
import { legendOf } from "./legend.ts";
import { drawMarks } from "./marks.ts";
import { placeOf } from "./place.ts";

/** Half a marker may stand over the upper edge. */
const HEADROOM = 8;

/** @param height of the plot with its axes, without the legend; in pixels */
export function plotDrawing(model: ChartModel, width: number, height: number): Drawing {
  if (isEmpty(model)) {
    return {
      width,
      height: 48,
      draw: (pen, left, top) => {
        pen.text(model.empty, left, top + 24, { size: 12 });
      },
    };
  }
  const legend = legendOf(model, width);
  return {
    width,
    height: legend.height + HEADROOM + height,
    draw(pen, left, top) {
      legend.draw(pen, left, top);
      const place = placeOf(model, { left, top: top + legend.height + HEADROOM, width, height });
      drawAxes(pen, model, place, left);
      drawMarks({ pen, box: place.box, at: place.at }, model, placed(model));
    },
  };
}
