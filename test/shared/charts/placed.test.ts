import { describe, expect, it } from "vitest";
import { axis, point } from "#shared/charts/model.ts";
import { barWidth, placed } from "#shared/charts/placed.ts";
import { chart } from "../../helpers/chart.ts";

const x = axis("Cell", "", { scale: "category", categories: ["a", "b"] });

describe("barWidth", () => {
  it("leaves room between neighbours, however many there are", () => {
    for (const many of [2, 5, 20]) {
      const bars = chart("bars", [[point(0, 1)], [point(0, 2)]], { x });
      const model = {
        ...bars,
        series: Array.from({ length: many }, (_, index) => ({ ...bars.series[index % 2]!, id: String(index) })),
      };
      const places = placed(model).placed.map((points) => points[0]!.x);
      expect(barWidth(model)).toBeLessThan(places[1]! - places[0]!);
      // Half a bar at either end stays in its category.
      expect(places.at(-1)! + barWidth(model) / 2).toBeLessThan(0.5);
    }
  });

  it("is wider where a category has one bar", () => {
    const alone = chart("bars", [[point(0, 1)], [point(1, 2)]], { x });
    expect(placed(alone).placed.map((points) => points[0]!.x)).toEqual([0, 1]);
    expect(barWidth(alone)).toBeGreaterThan(0.2);
  });
});
