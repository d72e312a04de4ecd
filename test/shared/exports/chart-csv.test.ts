import { describe, expect, it } from "vitest";
import { chartCsv } from "#shared/exports/chart-csv.ts";
import { axis, point } from "#shared/charts/model.ts";
import { chart } from "../../helpers/chart.ts";
import { FOREST } from "../charts/drawing/pictures.ts";

const base = chart("lines", [[point(1, 1.25, { low: 1, high: 2 }), point(2, 3)]]);

describe("chartCsv", () => {
  it("has units in the header, every digit, and no column that is always empty", () => {
    expect(chartCsv(base)).toBe(
      "series,Batch size,Latency (ms),Latency (ms) low,Latency (ms) high\r\nint4@cpu,1,1.25,1,2\r\nint4@cpu,2,3,,\r\n",
    );
  });

  it("says in a column of its own what low and high are", () => {
    const points = [
      point(1, 1.25, { low: 1, high: 2, ends: "range" }),
      point(2, 3, { low: 2, high: 4, ends: "interval" }),
    ];
    const lines = chartCsv(chart("lines", [points])).split("\r\n");
    expect(lines[0]).toMatch(/,low and high are$/);
    expect(lines.slice(1, 3)).toEqual(["int4@cpu,1,1.25,1,2,range", "int4@cpu,2,3,2,4,95 % interval"]);
  });

  it("says the same of x, which may be a range where y has an interval", () => {
    const points = [point(1, 2, { low: 1, high: 3, ends: "interval", xLow: 0.5, xHigh: 2, xEnds: "range" })];
    const [header, first] = chartCsv(chart("scatter", [points])).split("\r\n");
    expect(header).toMatch(/,low and high are,Batch size low and high are$/);
    expect(first).toBe("int4@cpu,1,2,1,3,0.5,2,95 % interval,range");
  });

  it("has a line for each point of a forest plot, with the user's limit", () => {
    const lines = chartCsv(FOREST).split("\r\n");
    expect(lines[0]).toBe("candidate,measure,as,value,low,high,low and high are,limit,note");
    expect(lines[2]).toBe('int4@cpu,Memory,"times less, batch 1",3.6,3.2,4.1,range,2,range of 2 launches');
    expect(lines.filter((line) => line.startsWith("nf4@cpu"))).toHaveLength(2);
  });

  it("names categories", () => {
    const x = axis("k", "", { scale: "category", categories: ["1", "3", "5"] });
    expect(chartCsv({ ...base, x }).split("\r\n")[1]).toBe("int4@cpu,3,1.25,1,2");
  });

  it("is a header alone where there is nothing", () => {
    expect(chartCsv({ ...base, series: [] })).toBe("series,Batch size,Latency (ms)\r\n");
  });
});
