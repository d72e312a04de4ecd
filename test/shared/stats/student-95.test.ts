import { describe, expect, it } from "vitest";
import { student95 } from "#shared/stats/student-95.ts";

describe("student95", () => {
  // R: qt(0.975, c(9, 23, 99))
  it.each([
    [9, 2.262157],
    [23, 2.068658],
    [99, 1.984217],
  ])("of %i degrees of freedom is %f, asked once or twice", (degrees, quantile) => {
    expect([student95(degrees), student95(degrees)]).toEqual([
      expect.closeTo(quantile, 5) as number,
      expect.closeTo(quantile, 5) as number,
    ]);
  });

  it("refuses no degrees of freedom", () => {
    expect(() => student95(0)).toThrow(RangeError);
  });
});
