import { describe, expect, it } from "vitest";
import { decimalsOf, excludes, Z_95 } from "#shared/stats/interval.ts";

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

describe("decimalsOf", () => {
  it("shows two digits of the half-width that count", () => {
    expect(decimalsOf({ low: 1.22, high: 1.4 })).toBe(3);
    expect(decimalsOf({ low: -12.4, high: 0.7 })).toBe(1);
    expect(decimalsOf({ low: 100, high: 150 })).toBe(0);
    expect(decimalsOf({ low: 0, high: 9000 })).toBe(0);
  });

  it("goes by the rounded half-width: 0.0996 is 0.10", () => {
    expect(decimalsOf({ low: 0, high: 2 * 0.0996 })).toBe(2);
    expect(decimalsOf({ low: 0, high: 2 * 0.0994 })).toBe(3);
  });

  it("stops at six, and has no say where the width is 0 or infinite", () => {
    expect(decimalsOf({ low: 0, high: 1e-12 })).toBe(6);
    expect(decimalsOf({ low: 0.5, high: 0.5 }, 3)).toBe(3);
    expect(decimalsOf({ low: 0, high: Infinity }, 2)).toBe(2);
  });
});

describe("Z_95", () => {
  it("is the two-sided 95 % quantile", () => {
    expect(Z_95).toBeCloseTo(1.959964, 6);
  });
});
