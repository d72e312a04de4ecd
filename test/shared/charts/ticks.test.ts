import { describe, expect, it } from "vitest";
import { axis, type ChartAxis } from "#shared/charts/model.ts";
import { ticks } from "#shared/charts/ticks.ts";

const of = (rest: Partial<ChartAxis>): ChartAxis => axis("x", "", rest);
const texts = (...parameters: Parameters<typeof ticks>): string[] => ticks(...parameters).map(({ text }) => text);

describe("ticks", () => {
  it.each<[low: number, high: number, most: number, expected: string[]]>([
    [0, 1000, 6, ["0", "200", "400", "600", "800", "1,000"]],
    [0, 1, 6, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]],
    [0.7, 1.01, 5, ["0.7", "0.8", "0.9", "1.0"]],
    [-3, 3, 4, ["−2", "0", "2"]],
    [0, 10, 5, ["0.0", "2.5", "5.0", "7.5", "10.0"]],
    [9990, 10_010, 3, ["9,990", "10,000", "10,010"]],
  ])("labels a linear axis from %d to %d in at most %d round steps", (low, high, most, expected) => {
    expect(texts(of({}), low, high, most)).toEqual(expected);
  });

  it("has one label where there is no range", () => {
    expect(texts(of({}), 5, 5, 4)).toEqual(["5"]);
  });

  it("labels batch sizes, and nothing between or below one", () => {
    expect(texts(of({ scale: "log2", least: 1 }), 0.4, 40, 10)).toEqual(["1", "2", "4", "8", "16", "32"]);
    expect(texts(of({ scale: "log2", least: 1 }), 1, 40, 3)).toEqual(["1", "4", "16"]);
  });

  it.each<[most: number, expected: string[]]>([
    [9, ["20", "50", "100", "200", "500", "1,000", "2,000"]],
    [5, ["30", "100", "300", "1,000"]],
    [2, ["100", "1,000"]],
  ])("labels decades as finely as %d labels allow", (most, expected) => {
    expect(texts(of({ scale: "log10" }), 15, 2500, most)).toEqual(expected);
  });

  it("labels a log axis of less than a decade in linear steps", () => {
    expect(texts(of({ scale: "log10" }), 21, 44, 4).length).toBeGreaterThan(1);
  });

  it("says exactly what a step of a log axis is", () => {
    expect(texts(of({ scale: "log10" }), 0.96, 1.08, 5)).toEqual(["1.00", "1.05"]);
  });

  it("labels small values without an exponent", () => {
    expect(texts(of({ scale: "log10" }), 0.0009, 0.2, 9)).toEqual([
      "0.001",
      "0.002",
      "0.005",
      "0.01",
      "0.02",
      "0.05",
      "0.1",
      "0.2",
    ]);
  });

  it("labels the categories that are in view", () => {
    expect(texts(of({ scale: "category", categories: ["a", "b", "c"] }), 0.5, 2.5, 1)).toEqual(["b", "c"]);
  });
});
