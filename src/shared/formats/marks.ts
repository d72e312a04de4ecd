/**
 * How a format looks in every chart, table and export: one colour for each theme, one marker, one dash. So many colours
 * cannot all be told apart by every reader, so no colour stands alone. They were searched in OKLCH around a hue of each family for
 * the largest smallest distance in normal sight and in simulated protan, deutan and tritan sight, at 3:1 or more against the
 * surface, those of the formats that are only found after the others; test/shared/formats/marks.test.ts measures both. tokens.css repeats the colours for style sheets.
 */
import type { FormatId } from "./formats.ts";

export const MARKERS = [
  "circle",
  "square",
  "triangle",
  "triangleDown",
  "pentagon",
  "diamond",
  "star",
  "plus",
  "cross",
  "hourglass",
  "triangleLeft",
  "triangleRight",
  "hexagon",
  "bow",
  "bar",
] as const;
export type Marker = (typeof MARKERS)[number];

interface FormatMark {
  /** In style sheets. */
  readonly cssVar: `--format-${FormatId}`;
  /** On a canvas or in a file, where there are no style sheets. */
  readonly light: string;
  readonly dark: string;
  readonly marker: Marker;
  /** Lengths of line and gap in line widths; empty for a solid line. */
  readonly dash: readonly number[];
}

const mark = (
  id: FormatId,
  light: string,
  dark: string,
  marker: Marker,
  dash: readonly number[] = [],
): Readonly<FormatMark> => Object.freeze({ cssVar: `--format-${id}`, light, dark, marker, dash: Object.freeze(dash) });

export const FORMAT_MARKS: Readonly<Record<FormatId, FormatMark>> = Object.freeze({
  fp32: mark("fp32", "#202225", "#eeeeee", "circle"),
  fp16: mark("fp16", "#103db6", "#7d98fe", "square", [8, 2]),
  int8: mark("int8", "#5f9e78", "#01917d", "triangle", [4, 2]),
  uint8: mark("uint8", "#1e82a1", "#46d3fe", "triangleDown", [4, 2, 1, 2]),
  w8: mark("w8", "#385100", "#a7dc33", "pentagon", [6, 2, 1, 2]),
  int4: mark("int4", "#b95727", "#af5a14", "diamond", [2, 2]),
  int4f16: mark("int4f16", "#be8909", "#b19704", "star", [2, 2, 6, 2]),
  nf4: mark("nf4", "#780474", "#fd4ab7", "plus", [1, 2]),
  fp4: mark("fp4", "#9c59fe", "#9249f1", "cross", [6, 2, 1, 2, 1, 2]),
  mixed: mark("mixed", "#77535d", "#f5a3a9", "hourglass", [10, 2, 2, 2]),
  fp8: mark("fp8", "#6c7b6c", "#8ca270", "triangleLeft", [12, 2]),
  int2: mark("int2", "#ea2db4", "#da1dbd", "triangleRight", [3, 1]),
  int2f16: mark("int2f16", "#183b48", "#297281", "hexagon", [3, 1, 6, 1]),
  int1: mark("int1", "#422e05", "#acfd0b", "bow", [1, 1]),
  int1f16: mark("int1f16", "#1897dd", "#6af99b", "bar", [1, 1, 6, 1]),
});

type Point = readonly [x: number, y: number];

const polygon = (corners: number, turn = 0): Point[] =>
  Array.from({ length: corners }, (_, index) => onCircle(1, turn + index / corners));

/** On a circle, clockwise from the top, in turns. */
function onCircle(radius: number, turn: number): Point {
  return [radius * Math.sin(2 * Math.PI * turn), -radius * Math.cos(2 * Math.PI * turn)];
}

/** Half the width of a bar of the plus. */
const BAR = 0.36;
const PLUS: readonly Point[] = [
  [-BAR, -1],
  [BAR, -1],
  [BAR, -BAR],
  [1, -BAR],
  [1, BAR],
  [BAR, BAR],
  [BAR, 1],
  [-BAR, 1],
  [-BAR, BAR],
  [-1, BAR],
  [-1, -BAR],
  [-BAR, -BAR],
];
const EIGHTH = Math.SQRT1_2;

/** Closed outlines that fit a circle of radius 1, y downwards; for a canvas, an SVG path or a file alike. */
export const MARKER_OUTLINES: Readonly<Record<Marker, readonly Point[]>> = Object.freeze({
  circle: polygon(24).map(([x, y]) => [0.9 * x, 0.9 * y] as const),
  square: polygon(4, 1 / 8).map(([x, y]) => [1.1 * x, 1.1 * y] as const),
  triangle: polygon(3).map(([x, y]) => [1.1 * x, 1.1 * y + 0.15] as const),
  triangleDown: polygon(3, 1 / 2).map(([x, y]) => [1.1 * x, 1.1 * y - 0.15] as const),
  pentagon: polygon(5),
  diamond: polygon(4).map(([x, y]) => [0.85 * x, 1.15 * y] as const),
  star: polygon(10).map(([x, y], index) => (index % 2 === 0 ? [1.2 * x, 1.2 * y] : [0.5 * x, 0.5 * y]) as Point),
  plus: PLUS,
  cross: PLUS.map(([x, y]) => [EIGHTH * (x - y) * 1.1, EIGHTH * (x + y) * 1.1] as const),
  hourglass: [
    [-0.85, -1],
    [0.85, -1],
    [-0.85, 1],
    [0.85, 1],
  ],
  triangleLeft: polygon(3, 3 / 4).map(([x, y]) => [1.1 * x + 0.15, 1.1 * y] as const),
  triangleRight: polygon(3, 1 / 4).map(([x, y]) => [1.1 * x - 0.15, 1.1 * y] as const),
  hexagon: polygon(6, 1 / 12),
  bow: [
    [-1, -0.85],
    [-1, 0.85],
    [1, -0.85],
    [1, 0.85],
  ],
  bar: [
    [-1, -0.45],
    [1, -0.45],
    [1, 0.45],
    [-1, 0.45],
  ],
});

/** The outline as the `d` of an SVG path around (`x`, `y`). */
export function markerPath(marker: Marker, x: number, y: number, radius: number): string {
  const corner = ([dx, dy]: Point): string => `${(x + radius * dx).toFixed(2)} ${(y + radius * dy).toFixed(2)}`;
  return `M${MARKER_OUTLINES[marker].map(corner).join("L")}Z`;
}
