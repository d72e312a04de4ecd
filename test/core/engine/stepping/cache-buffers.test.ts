import { describe, expect, it } from "vitest";
import { Tensor } from "#core/engine/ort.ts";
import { CACHE_GROWTH_TOKENS, CacheBuffers, cutTokens } from "#core/engine/stepping/cache-buffers.ts";
import type { CacheEntry } from "#core/models/decoder-signature.ts";
import type { DataTypeName } from "#core/onnx/data-types.ts";

function entry(dims: readonly (number | string)[], sequenceAxis: number, type: DataTypeName = "float32"): CacheEntry {
  return {
    past: { name: "past", type, dims },
    present: "present",
    sequenceAxis,
    batchAxis: 0,
    rowsPerSequence: 1,
  };
}

const keys = entry(["batch", 2, "past", 3], 2);

/** [batch, 2, tokens, 3], each number telling its head and token: 100 x row + 10 x head + token. */
function newKeys(batch: number, tokens: readonly number[]): Tensor {
  const numbers = Array.from({ length: batch }, (_, row) =>
    [0, 1].map((head) => tokens.map((token) => [0, 1, 2].map(() => 100 * row + 10 * head + token))),
  );
  return new Tensor("float32", Float32Array.from(numbers.flat(4)), [batch, 2, tokens.length, 3]);
}

/** The tokens that stand in the slots of each row and head. */
function slots(tensor: Tensor, capacity: number): number[][] {
  const data = tensor.data as Float32Array;
  return Array.from({ length: data.length / (capacity * 3) }, (_, stretch) =>
    Array.from({ length: capacity }, (_, slot) => data[(stretch * capacity + slot) * 3]!),
  );
}

describe("CacheBuffers", () => {
  it("is empty at first", () => {
    const buffers = new CacheBuffers([keys], 2, CACHE_GROWTH_TOKENS);
    expect(buffers.capacity).toBe(0);
    expect(buffers.tensors[0]!.dims).toEqual([2, 2, 0, 3]);
  });

  it("puts new tokens behind those of the same row and head", () => {
    const buffers = new CacheBuffers([keys], 2, 4);
    buffers.append([newKeys(2, [1, 2])], 0, 2);
    buffers.append([newKeys(2, [3])], 2, 1);
    expect(buffers.tensors[0]!.dims).toEqual([2, 2, 4, 3]);
    expect(slots(buffers.tensors[0]!, 4)).toEqual([
      [1, 2, 3, 0],
      [11, 12, 13, 0],
      [101, 102, 103, 0],
      [111, 112, 113, 0],
    ]);
  });

  it("keeps what it holds when it grows, by whole steps", () => {
    const buffers = new CacheBuffers([keys], 1, 4);
    buffers.append([newKeys(1, [1, 2, 3, 4])], 0, 4);
    expect(buffers.capacity).toBe(4);
    buffers.append([newKeys(1, [5])], 4, 1);
    expect(buffers.capacity).toBe(8);
    expect(slots(buffers.tensors[0]!, 8)[1]).toEqual([11, 12, 13, 14, 15, 0, 0, 0]);
  });

  it("overwrites tokens that were taken back", () => {
    const buffers = new CacheBuffers([keys], 1, 4);
    buffers.append([newKeys(1, [1, 2, 3])], 0, 3);
    buffers.append([newKeys(1, [9])], 1, 1);
    expect(slots(buffers.tensors[0]!, 4)[0]).toEqual([1, 9, 3, 0]);
  });

  it("holds float16 and caches whose tokens are on the last axis", () => {
    const turned = { ...entry(["batch x heads", 2, "past"], 2, "float16"), rowsPerSequence: 2 };
    const buffers = new CacheBuffers([turned], 1, 3);
    buffers.append([new Tensor("float16", Uint16Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 2, 2])], 0, 2);
    buffers.append([new Tensor("float16", Uint16Array.of(9, 10, 11, 12), [2, 2, 1])], 2, 1);
    expect([...(buffers.tensors[0]!.data as Uint16Array)]).toEqual([1, 2, 9, 3, 4, 10, 5, 6, 11, 7, 8, 12]);
  });
});

describe("cutTokens", () => {
  it("copies the first tokens of every row and head", () => {
    const cut = cutTokens(newKeys(2, [1, 2, 3]), 2, 2);
    expect(cut.dims).toEqual([2, 2, 2, 3]);
    expect(slots(cut, 2)).toEqual([
      [1, 2],
      [11, 12],
      [101, 102],
      [111, 112],
    ]);
  });

  it("keeps the type, down to no token at all", () => {
    const cut = cutTokens(new Tensor("float16", Uint16Array.of(1, 2), [1, 2]), 1, 0);
    expect(cut).toMatchObject({ type: "float16", dims: [1, 0] });
  });
});
