import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { METRICS } from "#shared/metrics/index.ts";

describe("METRICS", () => {
  const rows = Object.entries(METRICS);

  it("has rows that know their id", () => {
    expect(rows.map(([, { id }]) => id)).toEqual(rows.map(([key]) => key));
  });

  it("has a row for every descriptor in the folder", async () => {
    const folder = path.join(import.meta.dirname, "../../../src/shared/metrics");
    const files = readdirSync(folder).filter((file) => file !== "index.ts");
    const modules = await Promise.all(
      files.map(async (file) => Object.entries((await import(path.join(folder, file))) as object)),
    );
    const described = modules.flat().filter(([name]) => name.endsWith("Metric") && name !== "describeMetric");
    expect(new Set(Object.values(METRICS))).toEqual(new Set(described.map(([, descriptor]) => descriptor as unknown)));
    expect(described).toHaveLength(rows.length);
  });

  it("is frozen, rows too", () => {
    expect([METRICS, ...Object.values(METRICS)].every((each) => Object.isFrozen(each))).toBe(true);
  });

  it("gives every metric its own label and says how it is aggregated", () => {
    expect(new Set(rows.map(([, { label }]) => label)).size).toBe(rows.length);
    expect(rows.filter(([, { aggregation }]) => aggregation === "")).toEqual([]);
  });

  it("knows which way is better", () => {
    expect(METRICS.jaccard.direction).toBe("higher");
    expect(METRICS.klDivergence.direction).toBe("lower");
    expect(METRICS.positionBias.direction).toBe("none");
  });

  it("labels the bound as one", () => {
    expect(METRICS.klLowerBound.label).toContain("≥");
  });
});
