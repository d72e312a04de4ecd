import { describe, expect, it } from "vitest";
import { axis, type ChartModel, point } from "#shared/charts/model.ts";
import { axisRange, scaleFor, yScaleFor } from "#shared/charts/range.ts";
import { chart } from "../../helpers/chart.ts";

const model = (rest: Partial<ChartModel>, points = [point(1, 10), point(2, 30)]): ChartModel =>
  chart("lines", [points], rest);

describe("scaleFor", () => {
  it.each<[readonly number[], string]>([
    [[1, 99], "linear"],
    [[1, 100], "log10"],
    [[0, 1000], "linear"],
    [[-5, 1000], "linear"],
    [[], "linear"],
  ])("takes %j as %s", (values, scale) => {
    expect(scaleFor(values)).toBe(scale);
    expect(yScaleFor([{ points: values.map((y, x) => point(x, y)) }])).toBe(scale);
  });
});

describe("axisRange", () => {
  it("leaves air around the values, and shows whiskers and guides", () => {
    const [low, high] = axisRange(
      model({ guides: [{ axis: "y", value: 50, label: "limit" }] }, [point(1, 20, { low: 10, high: 30 })]),
      "y",
    );
    expect([low, high]).toEqual([10 - 0.06 * 40, 50 + 0.06 * 40]);
  });

  it("begins at zero where lengths are compared, and never outside of what a value can be", () => {
    expect(axisRange(model({ y: axis("y", "", { least: 0, fromZero: true }) }), "y")[0]).toBe(0);
    expect(axisRange(model({ y: axis("y", "%", { least: 0, most: 31 }) }), "y")).toEqual([10 - 0.06 * 20, 31]);
  });

  it("opens around a single value, on every scale", () => {
    const one = [point(8, 100)];
    expect(axisRange(model({}, one), "y")).toEqual([94, 106]);
    const [low, high] = axisRange(model({ x: axis("x", "", { scale: "log2" }) }, one), "x");
    expect([low, high]).toEqual([expect.closeTo(4), expect.closeTo(16)]);
  });

  it("shows a day around a single moment", () => {
    const start = Date.UTC(2026, 11, 1);
    expect(axisRange(model({ x: axis("x", "", { scale: "time" }) }, [point(start, 1)]), "x")).toEqual([
      start - 12 * 3600_000,
      start + 12 * 3600_000,
    ]);
  });

  it("leaves out what a log scale cannot show, and gaps", () => {
    const points = [point(1, 0), point(2, 10, { low: -3, high: 20 }), point(3, NaN)];
    const [low, high] = axisRange(model({ y: axis("y", "", { scale: "log10" }) }, points), "y");
    expect(low).toBeGreaterThan(9);
    expect(high).toBeGreaterThan(20);
  });

  it("has a range where there is nothing", () => {
    for (const scale of ["linear", "log10", "category"] as const) {
      const [low, high] = axisRange(model({ y: axis("y", "", { scale }) }, []), "y");
      expect(high).toBeGreaterThan(low);
    }
  });

  it("does not run out of arguments on a long stream", () => {
    const points = Array.from({ length: 200_000 }, (_, index) => point(index, index));
    expect(axisRange(model({ kind: "stream" }, points), "x")).toEqual([0, 199_999]);
  });
});
