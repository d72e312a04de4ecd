import { describe, expect, it } from "vitest";
import { normalCdf } from "#shared/stats/normal.ts";
import { studentTCdf, studentTQuantile } from "#shared/stats/student-t.ts";

// scipy.stats.t 1.16, and the closed forms of one and two degrees of freedom.
describe("studentTCdf", () => {
  it("has the closed forms of one and two degrees of freedom", () => {
    for (const t of [-30, -2, -0.1, 0, 0.7, 5]) {
      expect(studentTCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 12);
      expect(studentTCdf(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 12);
    }
  });

  it("comes to the normal distribution", () => {
    expect(studentTCdf(-2, 1e7)).toBe(normalCdf(-2));
    expect(studentTCdf(-2, 1e5) / normalCdf(-2)).toBeCloseTo(1, 3);
  });

  it("keeps its digits far out", () => {
    expect(studentTCdf(-4, 321) / 3.933858663367379e-5).toBeCloseTo(1, 8);
  });

  it("refuses NaN and no degrees of freedom", () => {
    expect(() => studentTCdf(Number.NaN, 3)).toThrow(RangeError);
    expect(() => studentTCdf(1, 0)).toThrow(RangeError);
  });
});

describe("studentTQuantile", () => {
  it.each([
    [0.975, 5, 2.570581835636314],
    [0.975, 200, 1.971896223633883],
    [0.025, 9, -2.2621571627409915],
  ])("of %f at %i degrees of freedom is %f", (p, df, t) => {
    expect(studentTQuantile(p, df)).toBeCloseTo(t, 9);
  });

  it("turns the distribution round", () => {
    for (const p of [0.0001, 0.02, 0.5, 0.9]) expect(studentTCdf(studentTQuantile(p, 30), 30)).toBeCloseTo(p, 12);
  });

  it("refuses certainty", () => {
    expect(() => studentTQuantile(1, 3)).toThrow(RangeError);
    expect(() => studentTQuantile(0, 3)).toThrow(RangeError);
  });
});
