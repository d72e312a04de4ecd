import { describe, expect, it } from "vitest";
import { describeMetric } from "#shared/metrics/descriptor.ts";

describe("describeMetric", () => {
  const metric = describeMetric({ id: "x", label: "X", unit: "share", direction: "lower", aggregation: "mean" });

  it("keeps the id as a literal type", () => {
    const id: "x" = metric.id;
    expect(id).toBe("x");
  });

  it("refuses changes", () => {
    expect(() => Object.assign(metric, { label: "Y" })).toThrow(TypeError);
  });
});
