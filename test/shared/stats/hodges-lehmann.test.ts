import { describe, expect, it } from "vitest";
import { createRandom } from "#shared/random.ts";
import { hodgesLehmann } from "#shared/stats/hodges-lehmann.ts";

const differences = [0.1, 0.12, 0.08, 0.11, 0.09, 0.5];

describe("hodgesLehmann", () => {
  it("is not moved by one wild launch", () => {
    const result = hodgesLehmann(differences)!;
    expect(result.estimate).toBeCloseTo(0.105, 12);
    expect(result).toMatchObject({ low: 0.08, high: 0.5, n: 6, kind: "signed-rank" });
    expect(result.confidence).toBeCloseTo(0.96875, 12);
  });

  it("gives a range for fewer than six", () => {
    // The 15 averages: 1, 1.5, 2, 2, 2.5, 2.5, 3, [3], 3.5, 4, 5.5, 6, 6.5, 7, 10.
    const result = hodgesLehmann([3, 1, 2, 10, 4]);
    expect(result).toEqual({ estimate: 3, low: 1, high: 10, n: 5, kind: "range", confidence: null });
    expect(hodgesLehmann([7])).toMatchObject({ estimate: 7, low: 7, high: 7, kind: "range" });
  });

  it("cuts the ninth of the averages for ten", () => {
    // The averages of 1..10 are 1, 1.5, 2, 2, 2.5, 2.5, 3, 3, 3, ...: the ninth is 3.
    expect(hodgesLehmann([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])).toMatchObject({ estimate: 5.5, low: 3, high: 8 });
  });

  it("has zero width for identical launches", () => {
    expect(hodgesLehmann(new Array<number>(8).fill(0.3))).toMatchObject({ estimate: 0.3, low: 0.3, high: 0.3 });
  });

  it("does not depend on order and follows shifts and signs", () => {
    const random = createRandom(8);
    const values = Array.from({ length: 15 }, () => random.nextInt(1000) / 8);
    const one = hodgesLehmann(values)!;
    expect(hodgesLehmann(values.toReversed())).toEqual(one);
    const moved = hodgesLehmann(values.map((value) => -value + 64))!;
    expect([moved.estimate, moved.low, moved.high]).toEqual([64 - one.estimate, 64 - one.high, 64 - one.low]);
    expect(one.low).toBeLessThanOrEqual(one.estimate);
    expect(one.high).toBeGreaterThanOrEqual(one.estimate);
  });

  it("is null without differences", () => {
    expect(hodgesLehmann([])).toBeNull();
  });

  it("refuses NaN and infinity", () => {
    expect(() => hodgesLehmann([1, Number.NaN])).toThrow(RangeError);
    expect(() => hodgesLehmann([1, Infinity])).toThrow(RangeError);
  });

  it("refuses more differences than it can pair", () => {
    expect(() => hodgesLehmann(new Float64Array(4001))).toThrow("up to 4000 differences, got 4001");
  });
});
