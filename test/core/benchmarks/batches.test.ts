import { describe, expect, it } from "vitest";
import { batchesOf } from "#core/benchmarks/batches.ts";

const rows = (...lengths: number[]): { ids: number[] }[] =>
  lengths.map((length) => ({ ids: Array.from({ length }, () => 1) }));
const lengths = (batches: { ids: readonly number[] }[][]): number[][] =>
  batches.map((batch) => batch.map(({ ids }) => ids.length));

describe("batchesOf", () => {
  it("puts rows of about one length together, the longest first", () => {
    expect(lengths(batchesOf(rows(3, 9, 4, 8, 2), 2, 100))).toEqual([[9, 8], [4, 3], [2]]);
  });

  it("takes fewer rows where their logits would need more than 1 GiB", () => {
    // 512 tokens of 2^18 logits of 4 bytes are half a GiB.
    expect(lengths(batchesOf(rows(512, 512, 512, 16, 16), 8, 2 ** 18))).toEqual([[512, 512], [512, 16], [16]]);
  });

  it("takes a row that is too large alone", () => {
    expect(lengths(batchesOf(rows(2048, 2048), 8, 2 ** 18))).toEqual([[2048], [2048]]);
  });

  it("has no batch without rows", () => {
    expect(batchesOf([], 8, 100)).toEqual([]);
  });
});
