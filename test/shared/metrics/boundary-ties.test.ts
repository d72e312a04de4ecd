import { describe, expect, it } from "vitest";
import { boundaryTies } from "#shared/metrics/boundary-ties.ts";
import { logSoftmaxAt } from "#shared/metrics/log-softmax.ts";
import { topK } from "#shared/metrics/top-k.ts";
import { createRandom } from "#shared/random.ts";

describe("boundaryTies", () => {
  it("counts positions with a tie on either side", () => {
    const pairs = [
      { reference: [-1, -2, -2], candidate: [-1, -2, -3] },
      { reference: [-1, -2, -3], candidate: [-1, -2, -2] },
      { reference: [-1, -1, -3], candidate: [-1, -1, -3] },
      { reference: [-1, -2, -3], candidate: [-1, -2, -3] },
    ];
    expect(boundaryTies(pairs, 2)).toMatchObject({ k: 2, ties: 2, n: 4, share: 0.5, unknown: 0 });
    expect(boundaryTies(pairs, 1)).toMatchObject({ ties: 1, share: 0.25 });
  });

  it("agrees with whole rows of logits", () => {
    const random = createRandom(9);
    for (let round = 0; round < 50; round += 1) {
      const rows = [0, 1].map(() => Float32Array.from({ length: 30 }, () => random.nextInt(12)));
      const [reference, candidate] = rows.map((row) => logSoftmaxAt(row, topK(row, 20)!)!);
      const either = rows.some((row) => {
        const sorted = row.toSorted((a, b) => b - a);
        return sorted[4] === sorted[5];
      });
      expect(boundaryTies([{ reference: reference!, candidate: candidate! }], 5).ties).toBe(Number(either));
    }
  });

  it("does not know where no more than k were stored, or a row was invalid", () => {
    const pairs = [
      { reference: [-1, -2], candidate: [-1, -2, -3] },
      { reference: [-1, -2, -3], candidate: [-1, -2] },
      { reference: null, candidate: [-1, -2, -3] },
      { reference: [-1, -2, -3], candidate: null },
    ];
    expect(boundaryTies(pairs, 2)).toMatchObject({ n: 0, share: null, interval: null, unknown: 4 });
  });

  it("refuses k below 1 and NaN", () => {
    expect(() => boundaryTies([], 0)).toThrow(RangeError);
    expect(() => boundaryTies([{ reference: [Number.NaN, 1], candidate: [1, 2] }], 1)).toThrow(RangeError);
  });
});
