import { FORMAT_IDS, type FormatId } from "#shared/formats/formats.ts";
import { looksOf } from "#shared/charts/looks.ts";
import { axis, type ChartModel, type ChartPoint, point } from "#shared/charts/model.ts";

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly format: FormatId;
  readonly ms: number;
}

export const ROWS: readonly Row[] = Array.from({ length: 10_000 }, (_, index) => ({
  id: String(index),
  name: `run ${index}`,
  format: FORMAT_IDS[index % FORMAT_IDS.length]!,
  ms: (index * 7919) % 10_007,
}));

const cells = FORMAT_IDS.map((format) => ({ format, provider: "cpu" }) as const);
const looks = looksOf(cells);

function model(
  id: string,
  kind: ChartModel["kind"],
  rest: Partial<ChartModel>,
  points: (index: number) => ChartPoint[],
): ChartModel {
  return {
    id,
    kind,
    title: id,
    note: "Made up.",
    x: axis("Batch size", "", { scale: "log2", least: 1 }),
    y: axis("Latency", "ms", { least: 0 }),
    series: cells.map(({ format }, index) => ({
      id: format,
      label: `${format}@cpu`,
      reference: index === 0,
      look: looks[index]!,
      points: points(index),
    })),
    guides: [{ axis: "y", value: 90, label: "limit" }],
    front: [],
    empty: "The forward pass fills it.",
    ...rest,
  };
}

const k = axis("k", "", { scale: "category", categories: ["1", "3", "5"] });

export const CHARTS: readonly ChartModel[] = [
  model("lines", "lines", {}, (index) =>
    [1, 2, 4, 8, 16, 32].map((batch) =>
      point(batch, batch * (index + 2), { low: batch * (index + 1.8), high: batch * (index + 2.2) }),
    ),
  ),
  model("dots", "dots", { x: k }, (index) =>
    [0, 1, 2].map((x) => point(x, 90 - 5 * index - x, { low: 80 - 5 * index, high: 95 - 5 * index })),
  ),
  model(
    "scatter",
    "scatter",
    {
      x: axis("File size", "MB"),
      front: [
        { x: 10, y: 60 },
        { x: 40, y: 80 },
      ],
    },
    (index) => [
      point(10 + 9 * index, 60 + ((index * 7) % 11), { low: 55, high: 75, xLow: 8 + 9 * index, xHigh: 12 + 9 * index }),
    ],
  ),
  model("stream", "stream", { x: axis("Time", "s") }, (index) =>
    Array.from({ length: 200 }, (_, second) =>
      point(second, index === 0 && second === 100 ? NaN : 40 + index + (second % 20)),
    ),
  ),
  {
    ...model("one point", "lines", {}, () => []),
    series: model("", "lines", {}, () => [point(8, 12)]).series.slice(0, 1),
  },
  model("nothing", "lines", {}, () => []),
];
