import { describe, expect, it } from "vitest";
import { student95 } from "#shared/stats/student.ts";

describe("student95", () => {
  // R: qt(0.975, c(9, 15, 23, 31, 99, 1e6))
  it.each([
    [9, 2.262157],
    [15, 2.13145],
    [23, 2.068658],
    [31, 2.039513],
    [99, 1.984217],
    [1_000_000, 1.959966],
  ])("of %i degrees of freedom is %f", (degrees, quantile) => {
    expect(student95(degrees)).toBeCloseTo(quantile, 4);
  });

  it("refuses few and broken degrees of freedom", () => {
    expect(() => student95(4)).toThrow(RangeError);
    expect(() => student95(9.5)).toThrow(RangeError);
  });
});
