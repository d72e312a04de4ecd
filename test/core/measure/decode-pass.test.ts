import { afterEach, describe, expect, it, vi } from "vitest";
import type { DecodeLaunch } from "#shared/results.ts";
import { decodePassSchema } from "#shared/spec.ts";
import { PlainStepper } from "#core/engine/stepping/plain-stepper.ts";
import { decodePass, type DecodePassInput } from "#core/measure/decode-pass.ts";
import type { PeakMemory } from "#core/measure/memory.ts";
import { type FakeDecoder, fakeDecoder } from "./fake-decoder.ts";

const idle: PeakMemory = { source: "VmHWM", residentBytes: () => 0, peakBytes: () => 0, reset: () => undefined };

interface Measured {
  readonly results: DecodeLaunch[];
  readonly fake: FakeDecoder;
}

async function measure(
  spec: Parameters<typeof decodePassSchema.parse>[0],
  extra: Partial<DecodePassInput> = {},
  times: { readonly prefillMs?: number; readonly stepMs?: number } = {},
): Promise<Measured> {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const fake = fakeDecoder();
  const plain = new PlainStepper(fake.decoder, []);
  const input: DecodePassInput = {
    stepper: {
      method: "plain",
      graph: "exported",
      prefill: (batch) => {
        now += times.prefillMs ?? 100;
        return plain.prefill(batch);
      },
      step: (ids) => {
        now += times.stepMs ?? 10;
        return plain.step(ids);
      },
    },
    way: "user",
    spec: decodePassSchema.parse({ promptTokens: 4, newTokens: 3, depths: [0], ...(spec as object) }),
    launch: 5,
    signature: fake.decoder.signature,
    vocabularySize: 100,
    positionLimit: null,
    memory: idle,
    baseBytes: 0,
    seed: 0,
    sampler: { add: () => undefined, tick: () => undefined },
    ...extra,
  };
  const results: DecodeLaunch[] = [];
  for await (const result of decodePass(input)) results.push(result);
  return { results, fake };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("decodePass", () => {
  it("measures every batch size at every depth", async () => {
    const { results } = await measure({ batchSizes: [1, 2], depths: [0, 7] });
    expect(results.map(({ batchSize, depth, promptTokens }) => [batchSize, depth, promptTokens])).toEqual([
      [1, 0, 4],
      [1, 7, 11],
      [2, 0, 4],
      [2, 7, 11],
    ]);
  });

  it("times the first token and each further one, two generations, the one before them not", async () => {
    const { results, fake } = await measure({});
    expect(results[0]).toEqual({
      launch: 5,
      way: "user",
      method: "plain",
      graph: "exported",
      batchSize: 1,
      depth: 0,
      promptTokens: 4,
      timeToFirstTokenMs: [100, 100],
      interTokenMs: [10, 10, 10, 10],
      foreignLoadCores: null,
      skipped: null,
    });
    expect(fake.batchPrefills).toHaveLength(3);
    expect(fake.batchSteps).toHaveLength(6);
  });

  it("says how another stepper stepped", async () => {
    const rows = (batch: readonly unknown[]) => Promise.resolve(batch.map(() => new Float32Array(9)));
    const stepper = { prefill: rows, step: rows, method: "in-place", graph: "fused" } as const;
    const { results } = await measure({}, { stepper, way: "compute" });
    expect(results[0]).toMatchObject({ way: "compute", method: "in-place", graph: "fused" });
  });

  it("has no further token where one is wanted", async () => {
    const { results, fake } = await measure({ newTokens: 1 });
    expect(results[0]!.interTokenMs).toEqual([]);
    expect(fake.batchSteps).toEqual([]);
  });

  it("feeds the same tokens in every repeat and for every cell, others in every row", async () => {
    const { fake } = await measure({ batchSizes: [3], newTokens: 4 });
    const [warmup, first, second] = fake.batchPrefills;
    expect(first).toEqual(warmup);
    expect(second).toEqual(warmup);
    expect(new Set(warmup!.map((ids) => ids.join())).size).toBe(3);
    expect(fake.batchSteps.slice(3, 6)).toEqual(fake.batchSteps.slice(0, 3));
    expect(fake.batchSteps[0]).toHaveLength(3);
    const again = (await measure({ batchSizes: [3], newTokens: 4 })).fake;
    expect(again.batchPrefills).toEqual(fake.batchPrefills);
    expect(again.batchSteps).toEqual(fake.batchSteps);
    expect((await measure({ batchSizes: [3] }, { seed: 1 })).fake.batchPrefills).not.toEqual(fake.batchPrefills);
  });

  it("gives a sequence the same tokens in a batch as alone", async () => {
    const { fake } = await measure({ batchSizes: [1, 2] });
    expect(fake.batchPrefills[3]![0]).toEqual(fake.batchPrefills[0]![0]);
  });

  it("feeds ids of the vocabulary only", async () => {
    const { fake } = await measure({ promptTokens: 200 }, { vocabularySize: 3 });
    expect(new Set(fake.batchPrefills[0]![0])).toEqual(new Set([0, 1, 2]));
  });

  it("measures a long generation once, and does not warm up to its end", async () => {
    const { results, fake } = await measure({ newTokens: 20 }, {}, { prefillMs: 5000, stepMs: 3000 });
    expect(results[0]!.timeToFirstTokenMs).toEqual([5000]);
    // 5 s, then steps of 3 s until ten seconds are over.
    expect(fake.batchSteps).toHaveLength(2 + results[0]!.interTokenMs.length);
    // A generation ends behind a minute: 5 s and 19 steps are 62 s, but the last begins at 59 s.
    expect(results[0]!.interTokenMs).toHaveLength(19);
  });

  it("ends a generation behind a minute with the tokens it has", async () => {
    const { results } = await measure({ newTokens: 500 }, {}, { prefillMs: 5000, stepMs: 5000 });
    expect(results[0]!.interTokenMs).toHaveLength(12);
  });

  it("counts the tokens of prompts and steps", async () => {
    let tokens = 0;
    const sampler = { add: (count: number) => void (tokens += count), tick: () => undefined };
    await measure({ batchSizes: [2] }, { sampler });
    expect(tokens).toBe(3 * (2 * 4 + 2 * 2));
  });

  it("skips what the model has no positions for, and measures the rest", async () => {
    const { results, fake } = await measure({ depths: [0, 100] }, { positionLimit: 64 });
    expect(results.map(({ skipped }) => skipped)).toEqual([
      null,
      "not run: 104 tokens and 3 new ones are more than the 64 positions of the model",
    ]);
    expect(results[1]).toMatchObject({ timeToFirstTokenMs: [], interTokenMs: [], promptTokens: 104 });
    expect(fake.batchPrefills).toHaveLength(3);
  });

  it("keeps to what is left of the spec's memory", async () => {
    const limited = { memoryLimitBytes: 1000, memory: { ...idle, residentBytes: () => 950 } };
    expect((await measure({}, limited)).results[0]!.skipped).toMatch(/^not run: it would need about/);
  });

  it("skips a depth that shallower ones say would not fit", async () => {
    vi.spyOn(process, "availableMemory").mockReturnValue(1e6);
    let peak = 0;
    const growing = { ...idle, peakBytes: () => (peak += 100_000) };
    const { results } = await measure({ depths: [0, 10, 1000] }, { memory: growing, vocabularySize: 1 });
    expect(results.map(({ skipped }) => skipped !== null)).toEqual([false, false, true]);
  });

  it("does not hide a step that fails", async () => {
    const prefill = () => Promise.resolve([new Float32Array(9)]);
    const step = () => Promise.reject(new Error("no such shape"));
    const stepper = { prefill, step, method: "plain", graph: "exported" } as const;
    await expect(measure({}, { stepper })).rejects.toThrow("no such shape");
  });
});
