import { axisTitle, type ChartModel } from "../model.ts";
import { linePath, type Pen } from "./pen.ts";
import type { Place } from "./place.ts";

/** Grid, labels and titles. */
export function drawAxes(pen: Pen, model: ChartModel, { box, at, ticks, turn, below }: Place, left: number): void {
  const { top, width, height } = box;
  const [right, bottom] = [box.left + width, top + height];
  const upright = model.x.scale === "category" ? [] : ticks.x;
  const grid = [
    ...ticks.y.map(({ value }) => linePath(box.left, at("y", value), right, at("y", value))),
    ...upright.map(({ value }) => linePath(at("x", value), top, at("x", value), bottom)),
  ];
  if (grid.length > 0) pen.path(grid.join(""), { stroke: "grid" });
  pen.path(linePath(box.left, bottom, right, bottom), { stroke: "line" });
  for (const { value, text } of ticks.y) pen.text(text, box.left - 6, at("y", value) + 4, { anchor: "end" });
  for (const { value, text } of ticks.x) {
    const anchor = turn === 0 ? "middle" : "start";
    pen.text(text, at("x", value), bottom + (turn === 0 ? 16 : 14), { anchor, turn });
  }
  pen.text(axisTitle(model.x), box.left + width / 2, bottom + below - 4, { anchor: "middle" });
  pen.text(axisTitle(model.y), left + 11, top + height / 2, { anchor: "middle", turn: -90 });
}
