/** Where a chart's values stand: the plot's box and its labelled positions. Sizes in pixels. */
import type { ChartAxis, ChartModel } from "../model.ts";
import { axisRange, isLog, type Range } from "../range.ts";
import { type Tick, ticks } from "../ticks.ts";
import { shortNames } from "./short-names.ts";
import { TEXT_SIZE } from "./pen.ts";
import { textWidth } from "./text-width.ts";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A value as a position. */
export type At = (side: "x" | "y", value: number) => number;

export interface Place {
  /** What lies between the axes. */
  readonly box: Box;
  readonly at: At;
  readonly ticks: { readonly x: readonly Tick[]; readonly y: readonly Tick[] };
  /** Degrees that the labels of x are turned by: names that do not fit side by side stand aslant. */
  readonly turn: number;
  /** From the box to the title of the x axis. */
  readonly below: number;
}

/** Pixels that a label wants for itself; also of the window's plots. */
export const LABEL_ROOM = Object.freeze({ x: 72, y: 36 });
export const NAMES_TURN = 30;
const AXIS_TITLE = 22;
const GAP = 8;

/** @param outer with the axes' labels and titles */
export function placeOf(model: ChartModel, outer: Box): Place {
  const ranges = { x: axisRange(model, "x"), y: axisRange(model, "y") };
  // The left edge depends on the labels of y, the lower one on those of x: x is asked first, with nearly its width.
  const rough = outer.width - 64;
  const names = model.x.scale === "category" ? shortNames(model.x.categories) : [];
  const widest = Math.max(0, ...names.map((name) => textWidth(name, TEXT_SIZE)));
  const turn = namesTurn(names.length, widest, rough);
  const drop = turn === 0 ? 0 : widest * Math.sin((NAMES_TURN * Math.PI) / 180);
  const below = TEXT_SIZE + GAP + drop + AXIS_TITLE;
  const height = outer.height - below - 6;
  const y = ticks(model.y, ...ranges.y, Math.max(2, Math.floor(height / LABEL_ROOM.y)));
  const left = outer.left + AXIS_TITLE + GAP + Math.max(0, ...y.map(({ text }) => textWidth(text, TEXT_SIZE)));
  // The last name ends right of its place.
  const beyond = turn === 0 ? 0 : Math.max(0, widest - rough / Math.max(1, names.length) / 2);
  const width = outer.left + outer.width - left - 12 - beyond;
  const x = ticks(model.x, ...ranges.x, Math.max(2, Math.floor(width / LABEL_ROOM.x)));
  const box = { left, top: outer.top, width, height };
  const labels = x.map(({ value, text }) => ({ value, text: names[value] ?? text }));
  return { box, at: atIn(box, model, ranges), ticks: { x: labels, y }, turn, below };
}

/** @param widest of the names, @param width that they share */
export function namesTurn(count: number, widest: number, width: number): number {
  return widest > (0.9 * width) / Math.max(1, count) ? NAMES_TURN : 0;
}

function atIn({ left, top, width, height }: Box, model: ChartModel, ranges: Record<"x" | "y", Range>): At {
  return (side, value) => {
    const share = shareOf(model[side], ranges[side], value);
    return side === "x" ? left + share * width : top + (1 - share) * height;
  };
}

/** 0 at the low end of the axis, 1 at the high one. */
export function shareOf({ scale }: Pick<ChartAxis, "scale">, [low, high]: Range, value: number): number {
  if (isLog(scale)) return Math.log(value / low) / Math.log(high / low);
  return (value - low) / (high - low);
}
