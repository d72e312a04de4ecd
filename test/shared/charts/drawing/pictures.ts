/** A small chart of each kind, and of each odd case, by the name of its golden file. */
import { decisionChart } from "#shared/charts/decision.ts";
import type { StaticChart } from "#shared/charts/drawing/drawing.ts";
import type { ForestModel } from "#shared/charts/forest-model.ts";
import { looksOf } from "#shared/charts/looks.ts";
import { axis, type ChartModel, type ChartPoint, point } from "#shared/charts/model.ts";
import { FORMAT_IDS } from "#shared/formats/formats.ts";
import { sampleResults } from "../../exports/sample.ts";

const FORMATS = ["fp32", "w8", "int4", "nf4"] as const;

function model(
  kind: ChartModel["kind"],
  rows: readonly (readonly ChartPoint[])[],
  rest: Partial<ChartModel>,
): ChartModel {
  const looks = looksOf(rows.map((_, index) => ({ format: FORMATS[index % 4]!, provider: "cpu" })));
  return {
    id: kind,
    kind,
    title: "A chart",
    note: "Median over launches.",
    x: axis("Batch size", "", { scale: "log2", least: 1 }),
    y: axis("Latency", "ms", { fromZero: true, least: 0 }),
    series: rows.map((points, index) => ({
      id: String(index),
      label: `${FORMATS[index % 4]!}@cpu${index < 4 ? "" : `#${1 + Math.floor(index / 4)}`}`,
      reference: index === 0,
      look: looks[index]!,
      points,
    })),
    guides: [],
    front: [],
    empty: "No cell has measured latency. Enable the forward pass.",
    ...rest,
  };
}

const around = (x: number, y: number, by: number, ends: ChartPoint["ends"] = "interval"): ChartPoint =>
  point(x, y, { low: y - by, high: y + by, ends });

const categories = (names: readonly string[]): ChartModel["x"] =>
  axis("Cell", "", { scale: "category", categories: names });

const LONG = [
  "Qwen2.5-0.5B-Instruct-quantized-with-recipe-A-and-calibration (int4@cpu)",
  "Qwen2.5-0.5B-Instruct-quantized-with-recipe-B-and-calibration (int4@cpu)",
];

const lines = model(
  "lines",
  [1, 0.6, 0.4].map((factor, series) =>
    [1, 2, 4, 8, 16].map((batch) =>
      around(batch, 40 * factor * batch ** 0.8, 2 + 3 * factor * batch ** 0.6, series === 2 ? "range" : "interval"),
    ),
  ),
  { title: "Forward latency by batch size" },
);

const stream = model(
  "stream",
  [300, 180].map((top) =>
    Array.from({ length: 30 }, (_, second) => point(second, second === 14 ? NaN : top - 90 / (second + 1))),
  ),
  {
    title: "Memory over time",
    x: axis("Time", "s", { least: 0 }),
    y: axis("Resident memory", "MiB", { least: 0, fromZero: true }),
    guides: [{ axis: "y", value: 320, label: "your limit" }],
  },
);

const bars = model(
  "bars",
  [[around(0, 120, 14), around(1, 90, 6)], [around(0, 190, 20, "range"), around(1, 170, 9)], [point(1, 210)]],
  {
    title: "Words per minute",
    x: axis("What was written", "", { scale: "category", categories: ["Answers", "Texts"] }),
    y: axis("Words per minute", "", { least: 0, fromZero: true }),
  },
);

const dots = model("dots", [[around(0, -2.5, 1.5)], [around(1, 0.25, 1.25)], [around(2, -8, 3)], [point(3, 1.5)]], {
  title: "Change of accuracy",
  x: categories(["fp32@cpu", "w8@cpu", "int4@cpu", "nf4@cpu"]),
  y: axis("Change of accuracy", "points"),
  guides: [{ axis: "y", value: -1, label: "accepted loss" }],
});

const scatter = model(
  "scatter",
  [
    [point(400, 61, { low: 57, high: 65, ends: "interval", xLow: 380, xHigh: 420, xEnds: "range" })],
    [point(180, 60, { low: 56, high: 64, ends: "interval", xLow: 170, xHigh: 185, xEnds: "interval" })],
    [point(90, 52, { low: 48, high: 56, ends: "interval" })],
    [point(120, 50, { low: 46, high: 54, ends: "interval" })],
  ],
  {
    title: "Accuracy against latency",
    x: axis("Latency", "ms", { least: 0 }),
    y: axis("Accuracy", "%", { least: 0, most: 100 }),
    front: [
      { x: 90, y: 52 },
      { x: 180, y: 60 },
      { x: 400, y: 61 },
    ],
  },
);

const long = model(
  "dots",
  LONG.map((_, index) => [around(index, 60 - 8 * index, 4)]),
  {
    title: "Accuracy by likelihood",
    x: categories([...LONG, ...Array.from({ length: 4 }, (_, index) => `another-model-with-a-name (${index})`)]),
    y: axis("Accuracy", "%", { least: 0, most: 100 }),
  },
);

const twenty = model(
  "lines",
  Array.from({ length: 20 }, (_, index) =>
    [1, 4, 16].map((batch) => around(batch, (20 - index) * 10 * batch, 5 * batch)),
  ),
  { title: "Twenty cells", y: axis("Latency", "ms", { scale: "log10", least: 0 }) },
);
const all = looksOf(
  Array.from({ length: 20 }, (_, index) => ({
    format: FORMAT_IDS[index % FORMAT_IDS.length]!,
    provider: index < 10 ? "cpu" : "cuda",
  })),
);

export const FOREST: ForestModel = {
  id: "decision",
  kind: "forest",
  title: "What each candidate saves and costs",
  note: "Compared with fp32@cpu, pair by pair. Right of the solid line the candidate is better.",
  rows: FORMATS.slice(1).map((format, index) => ({
    label: `${format}@cpu`,
    look: looksOf([{ format, provider: index === 1 ? "cuda" : "cpu" }])[0]!,
  })),
  panels: [
    {
      id: "memory",
      title: "Memory",
      axis: axis("times less, batch 1", "", { scale: "log10" }),
      same: 1,
      limit: 2,
      points: [
        { value: 1.9, low: 1.85, high: 1.96, ends: "interval", text: "1.9x", note: "95 % interval over 6 launches" },
        { value: 3.6, low: 3.2, high: 4.1, ends: "range", text: "3.6x", note: "range of 2 launches" },
        null,
      ],
    },
    {
      id: "latency",
      title: "Forward pass",
      axis: axis("times faster, batch 1", "", { scale: "log10" }),
      same: 1,
      limit: null,
      points: [
        { value: 1.02, low: 0.97, high: 1.06, ends: "interval", text: "1.02x", note: null },
        { value: 1.3, low: 1.2, high: 1.4, ends: "runs", text: "1.3x", note: null },
        { value: 0.7, low: null, high: null, ends: null, text: "0.7x", note: "1 launch" },
      ],
    },
    {
      id: "accuracy",
      title: "Accuracy",
      axis: axis("change", "points"),
      same: 0,
      limit: -1,
      points: [
        { value: -0.2, low: -0.8, high: 0.4, ends: "interval", text: "−0.2", note: null },
        { value: -3.1, low: -4.9, high: -1.4, ends: "interval", text: "−3.1", note: null },
        { value: -1.4, low: -3, high: 0.3, ends: "interval", text: "−1.4", note: null },
      ],
    },
  ],
  empty: "No candidate has been compared with the reference in memory, speed or accuracy.",
};

export const PICTURES: Readonly<Record<string, StaticChart>> = {
  lines,
  stream,
  bars,
  dots,
  scatter,
  forest: FOREST,
  "long-names": long,
  "one-cell": { ...lines, series: lines.series.slice(0, 1) },
  "no-cells": { ...lines, series: [] },
  "twenty-cells": { ...twenty, series: twenty.series.map((series, index) => ({ ...series, look: all[index]! })) },
  "forest-of-a-run": decisionChart(sampleResults()),
};
