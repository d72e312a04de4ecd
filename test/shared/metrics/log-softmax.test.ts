import { describe, expect, it } from "vitest";
import { logSoftmaxAt, logSumExp } from "#shared/metrics/log-softmax.ts";

describe("logSumExp", () => {
  it("of 2, 1, 0 is 2.407606", () => {
    expect(logSumExp([2, 1, 0])).toBeCloseTo(2.407606, 6);
    expect(logSumExp(new Float32Array([2, 1, 0]))).toBeCloseTo(2.407606, 6);
  });

  it("neither overflows nor underflows", () => {
    expect(logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 10);
    expect(logSumExp([-1000, -1000])).toBeCloseTo(-1000 + Math.LN2, 10);
  });

  it("sums in float64 over a float32 row", () => {
    expect(logSumExp(new Float32Array(150_000))).toBeCloseTo(Math.log(150_000), 12);
  });

  it("takes -Infinity as probability 0 and leaves padding out", () => {
    expect(logSumExp([0, -Infinity, 0])).toBeCloseTo(Math.LN2, 14);
    expect(logSumExp([2, 1, 0, 99, Number.NaN], 3)).toBeCloseTo(2.407606, 6);
  });

  it("is null for NaN and +Infinity anywhere in the row", () => {
    expect(logSumExp([1, Number.NaN, 2])).toBeNull();
    expect(logSumExp([Number.NaN, 1])).toBeNull();
    expect(logSumExp([1, Infinity])).toBeNull();
  });

  it("is null when nothing has a probability", () => {
    expect(logSumExp([-Infinity, -Infinity])).toBeNull();
    expect(logSumExp([])).toBeNull();
  });

  it("refuses a vocabulary larger than the row", () => {
    expect(() => logSumExp([1, 2], 3)).toThrow(RangeError);
  });
});

describe("logSoftmaxAt", () => {
  it("gives log-probabilities in the order of the ids", () => {
    const [c, a, b] = logSoftmaxAt([2, 1, 0], [2, 0, 1])!;
    expect(a).toBeCloseTo(-0.407606, 6);
    expect(b).toBeCloseTo(-1.407606, 6);
    expect(c).toBeCloseTo(-2.407606, 6);
  });

  it("gives -Infinity for probability 0 and nothing for no ids", () => {
    expect(logSoftmaxAt([0, -Infinity], [1])).toEqual([-Infinity]);
    expect(logSoftmaxAt([0, 1], [])).toEqual([]);
  });

  it("is null for a row that is no distribution", () => {
    expect(logSoftmaxAt([Number.NaN, 1], [1])).toBeNull();
    expect(logSoftmaxAt([-Infinity], [0])).toBeNull();
  });

  it("refuses an id outside the vocabulary", () => {
    expect(() => logSoftmaxAt([0, 1, 2], [2], 2)).toThrow("Token id 2 is outside the vocabulary of 2.");
    expect(() => logSoftmaxAt([0, 1], [-1])).toThrow(RangeError);
  });
});
