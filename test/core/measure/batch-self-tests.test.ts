import { describe, expect, it } from "vitest";
import type { TokenIds } from "#core/engine/decoder.ts";
import { type BatchSelfTestInput, questionBatchOf, readsAlike, testBatching } from "#core/measure/batch-self-tests.ts";

type RowOf = (ids: TokenIds, batchSize: number, pass: number) => Float32Array;

/** A model whose row depends on the sequence, and on what a test wants to be wrong. */
const plain: RowOf = (ids) => Float32Array.from({ length: 50 }, (_, id) => Math.sin(id * (1 + ids.at(-1)!)) * 3);

async function selfTest(rowOf: RowOf, extra: Partial<BatchSelfTestInput> = {}) {
  const batches: (readonly TokenIds[])[] = [];
  const result = await testBatching({
    forward: (batch) => {
      batches.push(batch);
      const pass = batches.length;
      return Promise.resolve({
        missing: 0,
        row: (sequence: number, position: number) => {
          const ids = batch[sequence]!;
          if (position !== ids.length - 1) throw new Error(`position ${position} of ${ids.length} tokens`);
          return rowOf(ids, batch.length, pass);
        },
      });
    },
    vocabularySize: 50,
    positionLimit: null,
    limit: 1e-3,
    batch: null,
    ...extra,
  });
  return { ...result.tests, alone: result.alone, batches };
}

const shifted = (row: Float32Array, id: number, by: number): Float32Array => {
  row[id]! += by;
  return row;
};

describe("testBatching", () => {
  it("passes a model that gives each row what it gives it alone", async () => {
    const { padding, repeat } = await selfTest(plain);
    expect(padding).toEqual({
      prompts: 8,
      maxLogprobDifference: 0,
      meanKl: 0,
      top1Changes: 0,
      limit: 1e-3,
      passed: true,
    });
    expect(repeat).toEqual({ prompts: 8, maxLogprobDifference: 0, meanKl: 0, top1Changes: 0 });
  });

  it("asks eight prompts of 5 to 64 tokens alone, again, and together", async () => {
    const { batches } = await selfTest(plain);
    expect(batches.map((batch) => batch.length)).toEqual([...Array<number>(16).fill(1), 8]);
    const lengths = batches[16]!.map((ids) => ids.length);
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([5, 64]);
    expect(new Set(lengths).size).toBe(8);
    expect(batches.slice(0, 8).map(([ids]) => ids)).toEqual(batches[16]);
    expect(batches.slice(8, 16)).toEqual(batches.slice(0, 8));
  });

  it("asks no longer prompts than the model takes", async () => {
    const { batches } = await selfTest(plain, { positionLimit: 16 });
    expect(Math.max(...batches[16]!.map((ids) => ids.length))).toBe(16);
  });

  it("fails one whose log-probabilities move in a batch by more than the limit", async () => {
    const moving: RowOf = (ids, batchSize) => shifted(plain(ids, 1, 0), 7, batchSize > 1 ? 0.05 : 0);
    const { padding, repeat } = await selfTest(moving);
    expect(padding.maxLogprobDifference).toBeGreaterThan(0.04);
    expect(padding.maxLogprobDifference).toBeLessThan(0.06);
    expect(padding.meanKl).toBeGreaterThan(0);
    expect(padding.passed).toBe(false);
    expect(repeat.maxLogprobDifference).toBe(0);
    expect((await selfTest(moving, { limit: 0.06 })).padding.passed).toBe(true);
  });

  it("fails one whose most likely token changes, however close it was", async () => {
    const tie = (up: number): Float32Array => Float32Array.from([2, 2 + up, 0, 0, 0]);
    const flipping: RowOf = (_, batchSize) => tie(batchSize > 1 ? 1e-5 : 0);
    const { padding } = await selfTest(flipping, { vocabularySize: 5 });
    expect(padding).toMatchObject({ top1Changes: 8, passed: false });
    expect(padding.maxLogprobDifference).toBeLessThan(1e-3);
  });

  it("measures the floor of a model that differs from itself", async () => {
    const noisy: RowOf = (ids, _, pass) => shifted(plain(ids, 1, 0), 3, pass > 8 && pass <= 16 ? 0.02 : 0);
    const { padding, repeat } = await selfTest(noisy);
    expect(padding.passed).toBe(true);
    expect(repeat.maxLogprobDifference).toBeGreaterThan(0.01);
  });

  it("does not pass an output that is no number", async () => {
    const { padding } = await selfTest((ids, batchSize) =>
      batchSize > 1 ? new Float32Array(50).fill(NaN) : plain(ids, 1, 0),
    );
    expect(padding).toMatchObject({ maxLogprobDifference: null, meanKl: null, passed: false });
  });
});

describe("readsAlike", () => {
  const stepper = (rowOf: (ids: TokenIds) => Float32Array) => ({
    prefill: ([ids]: readonly TokenIds[]) => Promise.resolve([rowOf(ids!)]),
  });

  it("is true of a stepper with the exported graph's rows, to the bit", async () => {
    const { alone } = await selfTest(plain);
    expect(alone.prompts).toHaveLength(8);
    expect(
      await readsAlike(
        stepper((ids) => plain(ids, 1, 0)),
        alone,
      ),
    ).toBe(true);
  });

  it("is false as soon as one logit of one prompt is another, or there are fewer", async () => {
    const { alone } = await selfTest(plain);
    const longest = alone.prompts.at(-1)!;
    const moved = (ids: TokenIds): Float32Array => shifted(plain(ids, 1, 0), 49, ids === longest ? 1e-6 : 0);
    expect(await readsAlike(stepper(moved), alone)).toBe(false);
    expect(
      await readsAlike(
        stepper((ids) => plain(ids, 1, 0).subarray(0, 49)),
        alone,
      ),
    ).toBe(false);
  });
});

describe("questionBatchOf", () => {
  it.each([
    ["cuda", true, false, 8],
    ["cuda", false, false, 1],
    ["cuda", true, true, 1],
    ["cpu", true, false, 1],
  ] as const)("asks on %s with padding passed %s and dynamic quantization %s in batches of %d", (...args) => {
    const [provider, passed, dynamic, batch] = args;
    expect(questionBatchOf(provider, passed, dynamic)).toBe(batch);
  });
});
