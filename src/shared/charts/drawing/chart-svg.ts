import { drawingOf, type StaticChart } from "./drawing.ts";
import { type Paint, type SvgElement, SvgPen, svgText } from "./svg-pen.ts";

/**
 * A chart as SVG, for a page that has its title and note beside it: no script, no style, and no colour but what `paint` gives.
 * @param font families as CSS names them
 * @param width in pixels
 */
export function chartSvg(chart: StaticChart, paint: Paint, font: string, width = 720): string {
  return svgText(chartElement(chart, paint, font, width));
}

/** The same as elements, for a page that takes no markup from texts. */
export function chartElement(chart: StaticChart, paint: Paint, font: string, width: number): SvgElement {
  const drawing = drawingOf(chart, width);
  const pen = new SvgPen(paint);
  drawing.draw(pen, 0, 0);
  return pen.document(chart.title, drawing.width, drawing.height, font);
}
