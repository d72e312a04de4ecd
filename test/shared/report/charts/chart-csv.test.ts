import { describe, expect, it } from "vitest";
import { chartCsv } from "#shared/report/charts/chart-csv.ts";
import { axis, point } from "#shared/report/charts/model.ts";
import { chart } from "../../../helpers/chart.ts";

const base = chart("lines", [[point(1, 1.25, { low: 1, high: 2 }), point(2, 3)]]);

describe("chartCsv", () => {
  it("has units in the header, every digit, and no column that is always empty", () => {
    expect(chartCsv(base)).toBe(
      "series,Batch size,Latency (ms),Latency (ms) low,Latency (ms) high\r\nint4@cpu,1,1.25,1,2\r\nint4@cpu,2,3,,\r\n",
    );
  });

  it("names categories", () => {
    const x = axis("k", "", { scale: "category", categories: ["1", "3", "5"] });
    expect(chartCsv({ ...base, x }).split("\r\n")[1]).toBe("int4@cpu,3,1.25,1,2");
  });

  it("is a header alone where there is nothing", () => {
    expect(chartCsv({ ...base, series: [] })).toBe("series,Batch size,Latency (ms)\r\n");
  });
});
