import { describe, expect, it } from "vitest";
import { axis, point } from "#shared/charts/model.ts";
import { plotData } from "../../../src/renderer/charts/plot-data.ts";
import { chart } from "../../helpers/chart.ts";

describe("plotData", () => {
  it("puts series on a common x, ascending, with undefined where one has nothing", () => {
    const { columns } = plotData(
      chart("lines", [
        [point(1, 10), point(4, 40)],
        [point(2, 5), point(4, 7)],
      ]),
    );
    expect(columns).toEqual([
      [1, 2, 4],
      [10, undefined, 40],
      [undefined, 5, 7],
    ]);
  });

  it("makes a gap of what is no number", () => {
    expect(plotData(chart("stream", [[point(0, 1), point(1, NaN)]])).columns[1]).toEqual([1, null]);
  });

  const x = axis("k", "", { scale: "category", categories: ["1", "3"] });

  it("stands points of one category side by side, around its middle", () => {
    const { placed, crowded } = plotData(chart("dots", [[point(0, 1), point(1, 2)], [point(0, 3)]], { x }));
    expect(crowded).toBe(true);
    expect(placed[0]![0]!.x + placed[1]![0]!.x).toBeCloseTo(0);
    expect(placed[0]![0]!.x).toBeLessThan(placed[1]![0]!.x);
  });

  it("leaves points in the middle where each category has one", () => {
    const { columns, crowded } = plotData(chart("dots", [[point(0, 1)], [point(1, 2)]], { x }));
    expect({ xs: columns[0], crowded }).toEqual({ xs: [0, 1], crowded: false });
  });

  it("is empty columns for no data", () => {
    expect(plotData(chart("lines", [[]])).columns).toEqual([[], []]);
  });
});
