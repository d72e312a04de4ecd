/**
 * What a chart is drawn with. There is one drawing; a pen writes it as SVG (svg-pen.ts) or paints it on a canvas (canvas-pen.ts), so
 * that a report, a PNG and the window show the same picture.
 */
import type { FormatId } from "../../formats/formats.ts";

/** A colour by what it is for; a format has its own. */
export type Tone = "surface" | "text" | "muted" | "grid" | "line" | FormatId;

export interface PathStyle {
  readonly stroke?: Tone;
  /** Of the stroke, in pixels. */
  readonly width?: number;
  /** Lengths of line and gap in pixels; empty for a solid line. */
  readonly dash?: readonly number[];
  readonly fill?: Tone;
  /** Of the fill, 0 to 1. */
  readonly opacity?: number;
}

export interface TextStyle {
  readonly tone?: Tone;
  /** In pixels. */
  readonly size?: number;
  readonly strong?: boolean;
  readonly anchor?: "start" | "middle" | "end";
  /** Clockwise around the text's place, in degrees. */
  readonly turn?: number;
}

/** Sizes and places in pixels, y downwards. */
export interface Pen {
  /** @param d as the `d` of an SVG path */
  path(d: string, style: PathStyle): void;
  /** @param y of the base line */
  text(words: string, x: number, y: number, style?: TextStyle): void;
  /** What is drawn meanwhile belongs together; a reader who points at it is told `title`. */
  group(title: string, draw: () => void): void;
}

export const TEXT_SIZE = 11;

/** A tenth of a pixel is as fine as anybody sees. */
export function n(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return String(rounded === 0 ? 0 : rounded);
}

export function linePath(x1: number, y1: number, x2: number, y2: number): string {
  return `M${n(x1)} ${n(y1)}${x1 === x2 ? `V${n(y2)}` : y1 === y2 ? `H${n(x2)}` : `L${n(x2)} ${n(y2)}`}`;
}

export function rectPath(x: number, y: number, width: number, height: number): string {
  return `M${n(x)} ${n(y)}H${n(x + width)}V${n(y + height)}H${n(x)}Z`;
}

/** As two half circles. */
export function circlePath(x: number, y: number, radius: number): string {
  const arc = (dx: number): string => `a${n(radius)} ${n(radius)} 0 1 0 ${n(dx)} 0`;
  return `M${n(x - radius)} ${n(y)}${arc(2 * radius)}${arc(-2 * radius)}Z`;
}

/** A picture that was laid out. Sizes in pixels. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly draw: (pen: Pen, left: number, top: number) => void;
}
