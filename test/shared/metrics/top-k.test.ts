import { describe, expect, it } from "vitest";
import { topK } from "#shared/metrics/top-k.ts";
import { createRandom } from "#shared/random.ts";

describe("topK", () => {
  it("gives ids by logit, highest first", () => {
    expect(topK([4, 5, 1, 3, 2, 0, -1, -2], 3)).toEqual([1, 0, 3]);
    expect(topK(new Float32Array([0.5, 2, 1]), 1)).toEqual([1]);
  });

  it("puts the lower id first among equals", () => {
    expect(topK([2, 2, 2, 0], 2)).toEqual([0, 1]);
    expect(topK([2, 1, 2, 0], 2)).toEqual([0, 2]);
    expect(topK([1, 1, 3, 1, 3], 4)).toEqual([2, 4, 0, 1]);
  });

  it("gives what there is when k exceeds the vocabulary", () => {
    expect(topK([5, 4, 3, 2, 1, 0, -1, -2], 20)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(topK([], 3)).toEqual([]);
  });

  it("leaves out -Infinity and padding", () => {
    expect(topK([-Infinity, 1, -Infinity, 0], 3)).toEqual([1, 3]);
    expect(topK([-Infinity, -Infinity], 3)).toEqual([]);
    expect(topK([1, 2, 99], 2, 2)).toEqual([1, 0]);
  });

  it("agrees with a full sort, ties and all", () => {
    const random = createRandom(10);
    for (let round = 0; round < 50; round += 1) {
      const row = Float32Array.from({ length: 200 }, () => random.nextInt(40) / 4);
      const sorted = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
      expect(topK(row, 20)).toEqual(sorted.slice(0, 20));
    }
  });

  it("finds the best of 150,000 logits that are sorted the worst way round", () => {
    const row = Float32Array.from({ length: 150_000 }, (_, id) => id);
    expect(topK(row, 20)).toEqual(Array.from({ length: 20 }, (_, place) => 149_999 - place));
  });

  it("is null for NaN anywhere, before or behind the best", () => {
    expect(topK([Number.NaN, 1, 2], 1)).toBeNull();
    expect(topK([3, 2, 1, Number.NaN], 1)).toBeNull();
    expect(topK([1, Number.NaN], 5)).toBeNull();
  });

  it("is null for +Infinity", () => {
    expect(topK([1, Infinity], 1)).toBeNull();
  });

  it("refuses k below 1 and a vocabulary larger than the row", () => {
    for (const k of [0, -1, 1.5, Number.NaN]) expect(() => topK([1], k)).toThrow(RangeError);
    expect(() => topK([1], 1, 2)).toThrow(RangeError);
  });
});
