import { describe, expect, it } from "vitest";
import { createRandom } from "#shared/random.ts";
import { ascending, mad, median, quantile, quantileOfSorted } from "#shared/stats/quantile.ts";

describe("quantile", () => {
  it("interpolates linearly, type 7", () => {
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4], 0.9)).toBeCloseTo(3.7, 12);
    expect(quantile([1, 2, 3, 4], 0)).toBe(1);
    expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  });

  it("takes values in any order and leaves them so", () => {
    const values = [4, 1, 3, 2];
    expect(quantile(values, 0.9)).toBeCloseTo(3.7, 12);
    expect(values).toEqual([4, 1, 3, 2]);
    expect(quantile([10, 9, 100], 0.5)).toBe(10);
  });

  it("does not depend on the order of the values", () => {
    const random = createRandom(1);
    const values = Array.from({ length: 31 }, random.nextFloat);
    const shuffled = values.toSorted(() => random.nextFloat() - 0.5);
    for (const p of [0, 0.1, 0.33, 0.5, 0.9, 1]) expect(quantile(shuffled, p)).toBe(quantile(values, p));
  });

  it("keeps infinities as they are", () => {
    expect(quantile([1, 2, Infinity], 0.5)).toBe(2);
    expect(quantile([1, Infinity], 0.5)).toBe(Infinity);
    expect(quantile([Infinity, Infinity], 0.3)).toBe(Infinity);
    expect(quantile([-Infinity, 1], 0.5)).toBe(-Infinity);
  });

  it("is null without values", () => {
    expect(quantile([], 0.5)).toBeNull();
    expect(quantileOfSorted([], 0.5)).toBeNull();
  });

  it("refuses a share outside 0 to 1", () => {
    for (const p of [-0.01, 1.01, Number.NaN]) expect(() => quantile([1], p)).toThrow(RangeError);
  });

  it("refuses NaN values", () => {
    expect(() => quantile([1, Number.NaN], 0.5)).toThrow("quantile: value 1 is NaN.");
  });
});

describe("ascending", () => {
  it("sorts by number, not by text", () => {
    expect([...ascending([10, 9, -1])]).toEqual([-1, 9, 10]);
  });
});

describe("median", () => {
  it("is the middle value or the mean of the two middle ones", () => {
    expect(median([10, 11, 10, 12, 10, 11, 50])).toBe(11);
    expect(median([4, 1])).toBe(2.5);
  });

  it("is null without values and refuses NaN", () => {
    expect(median([])).toBeNull();
    expect(() => median([Number.NaN])).toThrow(RangeError);
  });
});

describe("mad", () => {
  it("is the median distance from the median", () => {
    expect(mad([10, 11, 10, 12, 10, 11, 50])).toBe(1);
    expect(mad([3, 3, 3])).toBe(0);
  });

  it("is 0, not NaN, when most values are infinite", () => {
    expect(mad([Infinity, Infinity, 1])).toBe(0);
  });

  it("is null without values and refuses NaN", () => {
    expect(mad([])).toBeNull();
    expect(() => mad([1, Number.NaN])).toThrow(RangeError);
  });
});
