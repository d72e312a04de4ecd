import { describe, expect, it } from "vitest";
import { type BatchRatio, batchCrossover } from "#shared/stats/crossover.ts";
import { shuffled } from "./shuffled.ts";

/** A ratio with an interval of -+4 % around it: measurable from 1.05 up and from 0.95 down. */
const at = (batchSize: number, ratio: number, kind: BatchRatio["kind"] = "signed-rank"): BatchRatio => ({
  batchSize,
  ratio,
  low: ratio / 1.04,
  high: ratio * 1.04,
  kind,
});

describe("batchCrossover", () => {
  it("finds where NF4 stopped winning on a published table: 67.7 against 47.5 tokens/s, then 188 against 335", () => {
    // By hand: 8^(ln(67.7 / 47.5) / (ln(67.7 / 47.5) - ln(188 / 335))) = 2.2047.
    const result = batchCrossover([at(1, 67.7 / 47.5), at(8, 188 / 335)]);
    expect(result).toMatchObject({ kind: "crosses", direction: "stops winning", between: [1, 8] });
    expect(result.estimate).toBeCloseTo(2.2046922613333093, 12);
  });

  it("is halfway on the log scale between equal and opposite ratios", () => {
    expect(batchCrossover([at(4, 1.5), at(16, 1 / 1.5)]).estimate).toBeCloseTo(8, 12);
  });

  it("finds where a candidate starts winning", () => {
    const result = batchCrossover([at(1, 0.7), at(2, 0.8), at(4, 1.3), at(8, 1.5)]);
    expect(result).toMatchObject({ kind: "crosses", direction: "starts winning", between: [2, 4] });
  });

  it("is as wide as unresolved batch sizes in between make it", () => {
    const result = batchCrossover([at(1, 1.6), at(2, 1.3), at(4, 1.02), at(8, 0.97), at(16, 0.7)]);
    expect(result).toMatchObject({ kind: "crosses", between: [2, 16] });
    expect(result.estimate).toBeGreaterThan(4);
    expect(result.estimate).toBeLessThan(8);
  });

  it("has no point estimate where the ratios swing to and fro in between", () => {
    const result = batchCrossover([at(1, 1.3), at(2, 0.99), at(4, 1.01), at(8, 0.7)]);
    expect(result).toMatchObject({ kind: "crosses", between: [1, 8], estimate: null });
  });

  it("is at the batch size whose ratio is 1", () => {
    expect(batchCrossover([at(1, 1.3), at(3, 1), at(8, 0.7)]).estimate).toBe(3);
  });

  it("is always faster or slower only where every batch size is", () => {
    expect(batchCrossover([at(1, 1.2), at(8, 1.1)])).toMatchObject({ kind: "always faster", between: null });
    expect(batchCrossover([at(1, 0.8), at(8, 0.9)])).toMatchObject({ kind: "always slower", estimate: null });
    expect(batchCrossover([at(1, 1.2), at(8, 1.01)])).toMatchObject({ kind: "not resolved", direction: null });
  });

  it("is not resolved when the sign changes twice", () => {
    const result = batchCrossover([at(1, 1.3), at(2, 0.7), at(4, 1.3)]);
    expect(result).toMatchObject({ kind: "not resolved", between: null, estimate: null });
  });

  it("does not count a difference of less than 2 %, nor a range of too few launches", () => {
    const tiny = { batchSize: 8, ratio: 0.99, low: 0.985, high: 0.995, kind: "signed-rank" } as const;
    expect(batchCrossover([at(1, 1.3), tiny]).kind).toBe("not resolved");
    expect(batchCrossover([at(1, 1.3), at(8, 0.6, "range")]).kind).toBe("not resolved");
  });

  it("does not depend on the order of the points", () => {
    const points = [at(1, 1.6), at(2, 1.3), at(4, 1.02), at(8, 0.97), at(16, 0.7)];
    for (let seed = 0; seed < 10; seed += 1) {
      expect(batchCrossover(shuffled(points, seed))).toEqual(batchCrossover(points));
    }
  });

  it("is not resolved by one batch size or none", () => {
    expect(batchCrossover([at(1, 1.5)]).kind).toBe("not resolved");
    expect(batchCrossover([]).kind).toBe("not resolved");
  });

  it("refuses a batch size given twice, and sizes and ratios that are not above 0", () => {
    expect(() => batchCrossover([at(1, 1.5), at(1, 1.4)])).toThrow("Batch size 1 is given twice");
    expect(() => batchCrossover([at(0, 1.5), at(1, 1.4)])).toThrow(RangeError);
    expect(() => batchCrossover([at(1, 0), at(2, 1.4)])).toThrow(RangeError);
    expect(() => batchCrossover([at(1, Number.NaN)])).toThrow(RangeError);
  });
});
