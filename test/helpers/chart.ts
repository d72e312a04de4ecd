import { looksOf } from "#shared/charts/looks.ts";
import { axis, type ChartModel, type ChartPoint } from "#shared/charts/model.ts";

/** A chart with one series for each list of points: int4@cpu, then w8@cpu. */
export function chart(
  kind: ChartModel["kind"],
  points: readonly (readonly ChartPoint[])[],
  rest: Partial<ChartModel> = {},
): ChartModel {
  const looks = looksOf([
    { format: "int4", provider: "cpu" },
    { format: "w8", provider: "cpu" },
  ]);
  const labels = ["int4@cpu", "w8@cpu"];
  const series = points.map((own, index) => ({
    id: labels[index]!,
    label: labels[index]!,
    reference: false,
    look: looks[index]!,
    points: own,
  }));
  return {
    id: "m",
    kind,
    title: "",
    note: "",
    x: axis("Batch size", ""),
    y: axis("Latency", "ms"),
    series,
    guides: [],
    front: [],
    empty: "",
    ...rest,
  };
}
