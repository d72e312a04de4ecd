import { describe, expect, it } from "vitest";
import { klDivergence } from "#shared/metrics/kl-divergence.ts";
import { klLowerBound, type StoredTop } from "#shared/metrics/kl-lower-bound.ts";
import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import { topK } from "#shared/metrics/top-k.ts";
import { createRandom } from "#shared/random.ts";

function stored(row: number[], k: number): StoredTop {
  const topIds = topK(row, k)!;
  return { topIds, topLogprobs: logSoftmaxAt(row, topIds)! };
}

describe("klLowerBound", () => {
  it("is the divergence itself when every token is stored", () => {
    expect(klLowerBound(stored([2, 1, 0], 3), stored([2, 0, 1], 3))).toBeCloseTo(0.154698, 6);
  });

  it("merges what is not in both lists into one rest", () => {
    const bound = klLowerBound(stored([2, 1, 0], 2), stored([1, 2, -9], 2));
    expect(bound).toBeGreaterThan(0);
    expect(bound).toBeLessThanOrEqual(klDivergence([2, 1, 0], [1, 2, -9])! + 1e-9);
  });

  it("counts the first token against the rest", () => {
    const reference = { topIds: [0], topLogprobs: [Math.log(0.6652409557748219)] };
    const candidate = { topIds: [0], topLogprobs: [Math.log(0.24472847105479764)] };
    expect(klLowerBound(reference, candidate)).toBeCloseTo(0.392859, 6);
  });

  it("never exceeds the full divergence", () => {
    const random = createRandom(13);
    for (let round = 0; round < 200; round += 1) {
      const row = Array.from({ length: 40 }, () => 8 * random.nextFloat());
      const other = row.map((logit) => logit + 3 * random.nextFloat());
      for (const k of [1, 5, 20, 40]) {
        const bound = klLowerBound(stored(row, k), stored(other, k));
        expect(bound).toBeLessThanOrEqual(klDivergence(row, other)! + 1e-9);
        expect(bound).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it("stays a finite bound when the candidate's list leaves no rest", () => {
    const bound = klLowerBound(stored([0, 0], 2), stored([0, -Infinity], 2));
    expect(bound).toBeGreaterThan(1);
    expect(Number.isFinite(bound)).toBe(true);
  });

  it("is 0 without a common token, and for empty lists", () => {
    expect(klLowerBound(stored([9, 0, 0], 1), stored([0, 9, 0], 1))).toBe(0);
    expect(klLowerBound({ topIds: [], topLogprobs: [] }, { topIds: [], topLogprobs: [] })).toBe(0);
  });

  it("is infinite where the candidate gives 0 to a stored token", () => {
    const reference = { topIds: [0], topLogprobs: [-1] };
    expect(klLowerBound(reference, { topIds: [0], topLogprobs: [-Infinity] })).toBe(Infinity);
  });

  it("refuses lists of two lengths", () => {
    expect(() => klLowerBound({ topIds: [1], topLogprobs: [] }, stored([1], 1))).toThrow(RangeError);
    expect(() => klLowerBound(stored([1], 1), { topIds: [], topLogprobs: [-1] })).toThrow(RangeError);
  });

  it("refuses NaN", () => {
    expect(() => klLowerBound({ topIds: [1], topLogprobs: [Number.NaN] }, stored([1], 1))).toThrow(RangeError);
  });

  it("refuses logits in the place of log-probabilities", () => {
    expect(() => klLowerBound(stored([1], 1), { topIds: [0], topLogprobs: [5] })).toThrow(
      "The candidate has a log-probability above 0, 5.",
    );
  });
});
