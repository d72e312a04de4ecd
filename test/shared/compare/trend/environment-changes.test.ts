import { describe, expect, it } from "vitest";
import { changedAround, trendEvents } from "#shared/compare/trend/environment-changes.ts";
import { trendOf, value } from "./made-trend.ts";

const latency = { latency: value(20, 1) };

describe("changedAround", () => {
  it("names what is another thing, and a driver that is gone", () => {
    const [before, now] = trendOf([
      { values: {} },
      { values: {}, run: { onnxruntime: "1.30.0", driver: "", power: null } },
    ]).runs;
    expect(changedAround(before!, now!)).toEqual([
      { id: "onnxruntime", now: "onnxruntime 1.30.0", before: "1.29.0" },
      { id: "driver", now: "no GPU driver", before: "580" },
      { id: "power", now: "power source unknown", before: "mains" },
    ]);
    expect(changedAround(before!, before!)).toEqual([]);
  });
});

describe("trendEvents", () => {
  it("tells of every run at which something changed, files included", () => {
    const { runs, series } = trendOf([
      { values: latency },
      { values: latency, run: { app: "0.2.0" } },
      { values: latency, run: { app: "0.2.0" }, sha256: "cd" },
      { values: latency, run: { app: "0.2.0" }, sha256: "cd" },
    ]);
    expect(trendEvents(runs, series).map(({ run, changes }) => [run, changes.map(({ id }) => id)])).toEqual([
      ["r1", ["app"]],
      ["r2", ["file"]],
    ]);
  });

  it("compares runs of one machine with each other, and tells of a machine when it first comes", () => {
    const other = { machineId: "n", machine: "EPYC", onnxruntime: "1.30.0", driver: "" };
    const { runs, series } = trendOf([
      { values: latency },
      { values: latency, run: other },
      { values: latency },
      { values: latency, run: other },
    ]);
    expect(trendEvents(runs, series)).toMatchObject([{ run: "r1", changes: [{ id: "machine", now: "machine EPYC" }] }]);
  });

  it("leaves out runs of which no point is shown", () => {
    const { runs } = trendOf([{ values: latency }, { values: latency, run: { app: "2" } }]);
    expect(trendEvents(runs, [])).toEqual([]);
  });
});
