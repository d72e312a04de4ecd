import { describe, expect, it } from "vitest";
import { holm } from "#shared/stats/holm.ts";

describe("holm", () => {
  it("multiplies step by step and never lets a larger p end up smaller", () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  });

  it("leaves one p-value alone and stops at 1", () => {
    expect(holm([0.2])).toEqual([0.2]);
    expect(holm([0.6, 0.7])).toEqual([1, 1]);
  });

  it("gives each variant its own value, whatever the order", () => {
    expect(holm([0.005, 0.03, 0.04, 0.01])).toEqual([0.02, 0.06, 0.06, 0.03]);
  });

  it("is empty without p-values", () => {
    expect(holm([])).toEqual([]);
  });

  it("refuses NaN", () => {
    expect(() => holm([0.1, Number.NaN])).toThrow(RangeError);
  });

  it("refuses values outside 0 to 1", () => {
    expect(() => holm([1.1])).toThrow(RangeError);
    expect(() => holm([-0.1])).toThrow(RangeError);
  });
});
