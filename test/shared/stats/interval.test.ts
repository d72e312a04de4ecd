import { describe, expect, it } from "vitest";
import { excludes, Z_95 } from "#shared/stats/interval.ts";

describe("excludes", () => {
  it("is true outside the interval only", () => {
    expect(excludes({ low: 0.1, high: 0.2 }, 0)).toBe(true);
    expect(excludes({ low: -0.2, high: -0.1 }, 0)).toBe(true);
    expect(excludes({ low: -0.1, high: 0.2 }, 0)).toBe(false);
  });

  it("counts the ends as inside", () => {
    expect(excludes({ low: 0, high: 1 }, 0)).toBe(false);
    expect(excludes({ low: 0, high: 1 }, 1)).toBe(false);
  });
});

describe("Z_95", () => {
  it("is the two-sided 95 % quantile", () => {
    expect(Z_95).toBeCloseTo(1.959964, 6);
  });
});
