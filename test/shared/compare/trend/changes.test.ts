import { describe, expect, it } from "vitest";
import { trendChanges, type TrendChange } from "#shared/compare/trend/changes.ts";
import type { TrendMetricId, TrendValue } from "#shared/compare/trend/metrics.ts";
import { type MadePoint, trendOf, value } from "./made-trend.ts";

function changesOf(points: readonly MadePoint[], metric: TrendMetricId): TrendChange[] {
  const trend = trendOf(points);
  return trendChanges(trend.series[0]!, trend.runs, metric);
}

const latencies = (...values: TrendValue[]): MadePoint[] => values.map((latency) => ({ values: { latency } }));

describe("trendChanges", () => {
  it("names a change with its size and what was new", () => {
    const found = changesOf(
      [
        { values: { latency: value(20, 0.5) } },
        { values: { latency: value(20.2, 0.5) } },
        { values: { latency: value(23.8, 0.5) }, run: { onnxruntime: "1.30.0" } },
        { values: { latency: value(23.9, 0.5) }, run: { onnxruntime: "1.30.0" } },
      ],
      "latency",
    );
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      words: "latency +18 % (20.2 to 23.8 ms)",
      since: "since onnxruntime 1.30.0 (was 1.29.0)",
      tone: "worse",
      before: { run: "r1" },
      now: { run: "r2" },
    });
  });

  it("says where nothing else changed, and names every thing that did", () => {
    const [quiet] = changesOf(latencies(value(20, 0.5), value(10, 0.5)), "latency");
    expect(quiet).toMatchObject({ since: "with nothing else changed that is recorded", tone: "better" });
    const [several] = changesOf(
      [
        { values: { latency: value(20, 0.5) } },
        { values: { latency: value(10, 0.5) }, run: { driver: "581", app: "0.2.0" }, sha256: "cdcdcdcdcd" },
      ],
      "latency",
    );
    expect(several!.since).toBe(
      "since driver 581 (was 580) and Quantscope 0.2.0 (was 0.1.0) and file cdcdcdcd (was ab)",
    );
  });

  it("is silent while intervals touch, however far the values drift", () => {
    expect(changesOf(latencies(value(20, 1), value(21, 1), value(22, 1), value(23, 1)), "latency")).toEqual([]);
  });

  it("takes one number that stands out for what it is: a change, and a change back", () => {
    const found = changesOf(latencies(value(20, 0.5), value(30, 0.5), value(20, 0.5)), "latency");
    expect(found.map(({ tone }) => tone)).toEqual(["worse", "better"]);
  });

  it("wants a number to leave the middle of those before it, not only an odd last one", () => {
    const odd = value(20.9, 0.1);
    const found = changesOf(latencies(value(20, 1), value(20, 1), value(20, 1), odd, value(19.5, 1)), "latency");
    expect(found).toEqual([]);
  });

  it("does not compare what was measured otherwise, on another machine or on battery", () => {
    const other = [{ setup: "batch 2" }, { machineId: "n" }, { power: "battery" }];
    for (const change of other) {
      const found = changesOf(
        [
          { values: { latency: value(20, 0.5) } },
          {
            values: { latency: value(40, 0.5, "setup" in change ? change : {}) },
            run: "setup" in change ? {} : change,
          },
        ],
        "latency",
      );
      expect(found).toEqual([]);
    }
  });

  it("takes no range and no single launch for an interval, but of memory a range of several launches", () => {
    for (const kind of ["range", "runs", "none"] as const) {
      expect(changesOf(latencies(value(20, 0.5, { kind }), value(40, 0.5, { kind })), "latency")).toEqual([]);
    }
    const memory = (bytes: number, n: number): MadePoint => ({
      values: { memory: value(bytes, 1e6, { kind: "range", n }) },
    });
    expect(changesOf([memory(500e6, 6), memory(600e6, 6)], "memory")[0]?.words).toBe(
      "peak memory +20 % (477 to 572 MiB)",
    );
    expect(changesOf([memory(500e6, 1), memory(600e6, 1)], "memory")).toEqual([]);
  });

  it("lets differences go that nobody notices: below 2 %, and of memory below 5 MiB", () => {
    expect(changesOf(latencies(value(20, 0.01), value(20.3, 0.01)), "latency")).toEqual([]);
    const memory = (bytes: number): MadePoint => ({ values: { memory: value(bytes, 10, { kind: "range" }) } });
    expect(changesOf([memory(10e6), memory(14e6)], "memory")).toEqual([]);
  });

  it("tells shares in points and an index as it is", () => {
    const accuracy = (share: number): MadePoint => ({ values: { accuracy: value(share, 0.01, { n: 1000 }) } });
    expect(changesOf([accuracy(0.58), accuracy(0.51)], "accuracy")[0]?.words).toBe(
      "accuracy −7.0 points (58.0 to 51.0 %)",
    );
    const jaccard = (index: number): MadePoint => ({ values: { jaccard: value(index, 0.01) } });
    expect(changesOf([jaccard(0.7), jaccard(0.8)], "jaccard")[0]).toMatchObject({
      words: "Jaccard@20 +0.100 (0.700 to 0.800)",
      tone: "better",
    });
  });

  it("steps over runs without the number", () => {
    const points = [...latencies(value(20, 0.5)), { values: {} }, ...latencies(value(40, 0.5))];
    expect(changesOf(points, "latency")[0]).toMatchObject({ before: { run: "r0" }, now: { run: "r2" } });
    expect(changesOf([], "latency")).toEqual([]);
  });
});
