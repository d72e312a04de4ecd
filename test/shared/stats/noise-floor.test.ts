import { describe, expect, it } from "vitest";
import { aboveFloor, FLOOR_FACTOR } from "#shared/stats/noise-floor.ts";

describe("aboveFloor", () => {
  it("resolves a difference from three times the floor on, whatever its sign", () => {
    expect(FLOOR_FACTOR).toBe(3);
    expect(aboveFloor(0.06, 0.02)).toBe("resolved");
    expect(aboveFloor(-0.06, 0.02)).toBe("resolved");
    expect(aboveFloor(0.0599, 0.02)).toBe("not resolved");
    expect(aboveFloor(-0.0599, -0.02)).toBe("not resolved");
  });

  it("tells batching's own KL of 4.8e-3 from one of 5.7e-3: it does not", () => {
    expect(aboveFloor(5.7e-3, 4.8e-3)).toBe("not resolved");
  });

  it("resolves anything above a floor of 0, but not 0 itself", () => {
    expect(aboveFloor(1e-12, 0)).toBe("resolved");
    expect(aboveFloor(0, 0)).toBe("not resolved");
  });

  it("says when no floor was measured", () => {
    expect(aboveFloor(0.5, null)).toBe("no floor");
  });

  it("takes an infinite difference, and none beside an infinite floor", () => {
    expect(aboveFloor(Infinity, 1)).toBe("resolved");
    expect(aboveFloor(1, Infinity)).toBe("not resolved");
  });

  it("refuses NaN", () => {
    expect(() => aboveFloor(Number.NaN, 1)).toThrow(RangeError);
    expect(() => aboveFloor(1, Number.NaN)).toThrow(RangeError);
    expect(() => aboveFloor(Number.NaN, null)).toThrow("got NaN and no floor");
  });
});
