import { describe, expect, it } from "vitest";
import { isMeasurable, ratioFromLogs } from "#shared/stats/log-ratio.ts";

describe("ratioFromLogs", () => {
  it("is e to the Hodges-Lehmann estimate and its ends", () => {
    const ratio = ratioFromLogs([0.1, 0.12, 0.08, 0.11, 0.09, 0.5])!;
    expect(ratio.ratio).toBeCloseTo(1.1107, 4);
    expect(ratio.low).toBeCloseTo(1.0833, 4);
    expect(ratio.high).toBeCloseTo(1.6487, 4);
    expect(ratio).toMatchObject({ n: 6, kind: "signed-rank" });
  });

  it("is null without launches and refuses ln(0)", () => {
    expect(ratioFromLogs([])).toBeNull();
    expect(() => ratioFromLogs([Math.log(0)])).toThrow(RangeError);
  });
});

describe("isMeasurable", () => {
  const estimate = { ratio: 1.1, n: 6, kind: "signed-rank" } as const;

  it("says yes to an interval clear of 1", () => {
    expect(isMeasurable({ ...estimate, low: 1.05, high: 1.2 })).toBe(true);
    expect(isMeasurable({ ...estimate, low: 0.8, high: 0.99 })).toBe(true);
    expect(isMeasurable({ ...estimate, low: 1.01, high: 1.03 })).toBe(true);
  });

  it("says no to an interval that holds 1 or is negligible", () => {
    expect(isMeasurable({ ...estimate, low: 0.99, high: 1.2 })).toBe(false);
    expect(isMeasurable({ ...estimate, low: 1.005, high: 1.015 })).toBe(false);
  });

  it("says no to a range of too few launches", () => {
    expect(isMeasurable({ ...estimate, kind: "range", low: 1.5, high: 1.6 })).toBe(false);
  });
});
