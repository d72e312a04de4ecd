import { describe, expect, it } from "vitest";
import { levelOfLook, ONE_SIDED_LEVEL } from "#shared/stats/look-level.ts";

describe("levelOfLook", () => {
  it("spends less at each further look, and 2.5 % at all of them", () => {
    const levels = [1, 2, 3, 4, 5, 6].map(levelOfLook);
    expect(levels[0]).toBeCloseTo(0.0225, 12);
    levels.slice(1).forEach((level, index) => {
      expect(level).toBeLessThan(levels[index]!);
    });
    const sum = Array.from({ length: 40 }, (_, index) => levelOfLook(index + 1)).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(ONE_SIDED_LEVEL, 12);
  });

  it("refuses a look before the first", () => {
    expect(() => levelOfLook(0)).toThrow(RangeError);
  });
});
