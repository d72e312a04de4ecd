import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { isMetricId, METRIC_IDS, METRICS } from "#shared/metrics/index.ts";

describe("METRICS", () => {
  it("has one row for each id, in the order of the ids, and each row knows its id", () => {
    expect(Object.keys(METRICS)).toEqual([...METRIC_IDS]);
    for (const id of METRIC_IDS) expect(METRICS[id].id).toBe(id);
  });

  it("has a row for every descriptor in the folder", async () => {
    const folder = path.join(import.meta.dirname, "../../../src/shared/metrics");
    const files = readdirSync(folder).filter((file) => file !== "index.ts");
    const modules = await Promise.all(
      files.map(async (file) => Object.entries((await import(path.join(folder, file))) as object)),
    );
    const described = modules.flat().filter(([name]) => name.endsWith("Metric") && name !== "describeMetric");
    expect(new Set(Object.values(METRICS))).toEqual(new Set(described.map(([, descriptor]) => descriptor as unknown)));
    expect(described).toHaveLength(METRIC_IDS.length);
  });

  it("is frozen, rows too", () => {
    expect(Object.isFrozen(METRICS)).toBe(true);
    for (const id of METRIC_IDS) expect(Object.isFrozen(METRICS[id])).toBe(true);
  });

  it("gives every metric its own label and says how it is aggregated", () => {
    const rows = Object.values(METRICS);
    expect(new Set(rows.map((row) => row.label)).size).toBe(rows.length);
    for (const row of rows) expect(row.aggregation).not.toBe("");
  });

  it("knows which way is better", () => {
    expect(METRICS.jaccard.direction).toBe("higher");
    expect(METRICS.klDivergence.direction).toBe("lower");
    expect(METRICS.margin.direction).toBe("none");
  });

  it("labels the bound as one", () => {
    expect(METRICS.klLowerBound.label).toContain("≥");
  });
});

describe("isMetricId", () => {
  it("knows the table's ids", () => {
    expect(METRIC_IDS.every(isMetricId)).toBe(true);
  });

  it("refuses others, inherited names too", () => {
    expect(["", "Jaccard", "toString"].some(isMetricId)).toBe(false);
  });
});
