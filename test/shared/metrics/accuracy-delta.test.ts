import { describe, expect, it } from "vitest";
import { accuracyDelta } from "#shared/metrics/accuracy-delta.ts";
import { countFlips, type FlipCounts } from "#shared/metrics/flips.ts";

const none: FlipCounts = {
  n: 0,
  bothCorrect: 0,
  correctToWrong: 0,
  wrongToCorrect: 0,
  wrongToOtherWrong: 0,
  invalid: 0,
};

describe("accuracyDelta", () => {
  it("is -10 points with p = 1 and mid-p = 0.625 for 2 lost and 1 won of 10", () => {
    const gold = new Array<number>(10).fill(0);
    const delta = accuracyDelta(countFlips(gold, [0, 0, 0, 0, 0, 0, 0, 1, 1, 2], [0, 0, 0, 0, 0, 1, 2, 0, 1, 3]))!;
    expect(delta.delta).toBeCloseTo(-0.1, 14);
    expect(delta.exactP).toBeCloseTo(1, 12);
    expect(delta.midP).toBeCloseTo(0.625, 12);
    expect(delta.n).toBe(10);
  });

  it("shows the plain difference with the adjusted interval", () => {
    const delta = accuracyDelta({ ...none, n: 100, correctToWrong: 8, wrongToCorrect: 2 })!;
    expect(delta.delta).toBe(-0.06);
    expect(delta.interval.low).toBeCloseTo(-0.124401, 6);
    expect(delta.interval.high).toBeCloseTo(0.006754, 6);
    expect(delta.exactP).toBeCloseTo(0.109375, 12);
  });

  it("is 0 with p = 1 when nothing flipped", () => {
    const delta = accuracyDelta({ ...none, n: 50, bothCorrect: 30 })!;
    expect(delta).toMatchObject({ delta: 0, exactP: 1, midP: 1 });
    expect(delta.interval.low).toBeCloseTo(-delta.interval.high, 14);
  });

  it("is null when no question was answered by both", () => {
    expect(accuracyDelta({ ...none, invalid: 5 })).toBeNull();
  });

  it("refuses counts that cannot be", () => {
    expect(() => accuracyDelta({ ...none, n: 1, correctToWrong: 2 })).toThrow(RangeError);
    expect(() => accuracyDelta({ ...none, n: Number.NaN })).toThrow(RangeError);
  });
});
