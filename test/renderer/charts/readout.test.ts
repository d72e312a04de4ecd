import { describe, expect, it } from "vitest";
import { axis, type ChartModel, point } from "#shared/charts/model.ts";
import { plotData } from "../../../src/renderer/charts/plot-data.ts";
import { exactly } from "#shared/charts/readout-words.ts";
import { readoutAt } from "../../../src/renderer/charts/readout.ts";
import { chart } from "../../helpers/chart.ts";

/** Ten CSS pixels a unit. */
const at = (_axis: "x" | "y", value: number): number => 10 * value;
const NONE: ReadonlySet<string> = new Set();

function read(model: ChartModel, left: number, top: number, hidden = NONE): ReturnType<typeof readoutAt> {
  return readoutAt(model, plotData(model), hidden, { left, top, at });
}

const lines = chart("lines", [
  [point(1, 10.1234567, { low: 9, high: 11, note: "30 runs" }), point(8, 80)],
  [point(1, 20), point(8, 90)],
]);

describe("readoutAt", () => {
  it("reads all series of a line chart at the nearest x, with interval and note", () => {
    const readout = read(lines, 18, 500)!;
    expect(readout.title).toBe("Batch size 1");
    expect(readout.rows.map(({ series, value, interval, note }) => [series.label, value, interval, note])).toEqual([
      ["int4@cpu", "10.1235 ms", "9 to 11", "30 runs"],
      ["w8@cpu", "20 ms", null, null],
    ]);
  });

  it("leaves out series that are switched off", () => {
    expect(read(lines, 18, 0, new Set(["int4@cpu"]))!.rows.map(({ series }) => series.label)).toEqual(["w8@cpu"]);
    expect(read(lines, 18, 0, new Set(["int4@cpu", "w8@cpu"]))).toBeNull();
  });

  it("reads one point of a cloud, and only when it is near", () => {
    const cloud = chart("scatter", [[point(1, 1, { xLow: 0.5, xHigh: 2 })], [point(9, 9)]]);
    const readout = read(cloud, 12, 12)!;
    expect([readout.title, readout.rows.length]).toEqual(["Batch size 1 (0.5 to 2)", 1]);
    expect(read(cloud, 50, 50)).toBeNull();
  });

  it("names the category", () => {
    const x = axis("k", "", { scale: "category", categories: ["1", "20"] });
    expect(read(chart("dots", [[point(1, 0.5)]], { x }), 10, 5)!.title).toBe("k 20");
  });

  it("skips gaps, and is silent where there is nothing", () => {
    expect(read(chart("stream", [[point(0, NaN), point(9, 1)]]), 0, 0)!.title).toBe("Batch size 9");
    expect(read(chart("lines", [[]]), 0, 0)).toBeNull();
  });
});

describe("exactly", () => {
  it.each([
    [1234567.891, "1,234,570"],
    [0.0123456789, "0.0123457"],
    [3, "3"],
  ])("shows %d as %s", (value, text) => {
    expect(exactly(value)).toBe(text);
  });
});
