import { describe, expect, it } from "vitest";
import { jaccardAtK, meanJaccard } from "#shared/metrics/jaccard.ts";
import { topK } from "#shared/metrics/top-k.ts";
import { createRandom } from "#shared/random.ts";

describe("jaccardAtK", () => {
  const reference = topK([5, 4, 3, 2, 1, 0, -1, -2], 20)!;
  const candidate = topK([4, 5, 1, 3, 2, 0, -1, -2], 20)!;

  it.each([
    [1, 0],
    [3, 0.5],
    [5, 1],
    [10, 1],
    [20, 1],
  ])("at k = %i of two rows of eight is %f", (k, index) => {
    expect(jaccardAtK(reference, candidate, k)).toBe(index);
  });

  it("follows the id rule at a tie", () => {
    expect(jaccardAtK(topK([2, 2, 2, 0], 2)!, topK([2, 1, 2, 0], 2)!, 2)).toBeCloseTo(1 / 3, 14);
  });

  it("at k = 5 by shared ids is m / (10 - m)", () => {
    const expected = [0, 0.1111, 0.25, 0.4286, 0.6667, 1];
    expected.forEach((index, m) => {
      const other = [0, 1, 2, 3, 4].map((id) => (id < m ? id : id + 10));
      expect(jaccardAtK([0, 1, 2, 3, 4], other, 5)).toBeCloseTo(index, 4);
    });
  });

  it("at k = 10 with one swapped is 0.818", () => {
    const ten = Array.from({ length: 10 }, (_, id) => id);
    expect(jaccardAtK(ten, [...ten.slice(0, 9), 99], 10)).toBeCloseTo(0.818, 3);
  });

  it("is the same both ways, whatever the order within k", () => {
    const random = createRandom(11);
    for (let round = 0; round < 50; round += 1) {
      const ids = (): number[] => topK(Float32Array.from({ length: 30 }, random.nextFloat), 10)!;
      const [a, b] = [ids(), ids()];
      expect(jaccardAtK(a, b, 10)).toBe(jaccardAtK(b, a, 10));
      expect(jaccardAtK(a.toReversed(), b, 10)).toBe(jaccardAtK(a, b, 10));
      expect(jaccardAtK(a, a, 10)).toBe(1);
    }
  });

  it("is null when both are empty", () => {
    expect(jaccardAtK([], [], 3)).toBeNull();
  });

  it("is 0 when one is empty", () => {
    expect(jaccardAtK([1], [], 3)).toBe(0);
    expect(jaccardAtK([], [1], 3)).toBe(0);
  });

  it("refuses k below 1", () => {
    for (const k of [0, -1, 2.5, Number.NaN]) expect(() => jaccardAtK([1], [1], k)).toThrow(RangeError);
  });
});

describe("meanJaccard", () => {
  it("averages over positions and counts the identical ones", () => {
    const pairs = [
      { reference: [1, 2], candidate: [2, 1] },
      { reference: [1, 2], candidate: [3, 4] },
    ];
    expect(meanJaccard(pairs, 2)).toEqual({ k: 2, mean: 0.5, n: 2, identicalShare: 0.5, skipped: 0, degenerate: 0 });
  });

  it("skips and counts positions without a value", () => {
    const pairs = [
      { reference: null, candidate: [1] },
      { reference: [1], candidate: null },
      { reference: [], candidate: [] },
      { reference: [1], candidate: [1] },
    ];
    expect(meanJaccard(pairs, 1)).toMatchObject({ mean: 1, n: 1, skipped: 3 });
  });

  it("counts positions where k exceeds both lists", () => {
    expect(meanJaccard([{ reference: [1, 2], candidate: [2, 1] }], 3)).toMatchObject({ mean: 1, degenerate: 1 });
    expect(meanJaccard([{ reference: [1, 2, 3], candidate: [2, 1] }], 3)).toMatchObject({ degenerate: 0 });
  });

  it("is null without positions", () => {
    expect(meanJaccard([], 5)).toMatchObject({ mean: null, identicalShare: null, n: 0 });
    expect(meanJaccard([{ reference: null, candidate: null }], 5)).toMatchObject({ mean: null, skipped: 1 });
  });

  it("refuses k below 1, without positions too", () => {
    expect(() => meanJaccard([], 0)).toThrow(RangeError);
  });
});
