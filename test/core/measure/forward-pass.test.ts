import { afterEach, describe, expect, it, vi } from "vitest";
import type { ForwardResult } from "#shared/results.ts";
import { forwardPassSchema } from "#shared/spec.ts";
import { forwardPass, type ForwardPassInput } from "#core/measure/forward-pass.ts";
import type { PeakMemory } from "#core/measure/memory.ts";
import { type FakeDecoder, fakeDecoder, type FakeOptions } from "./fake-decoder.ts";

const memory: PeakMemory = { source: "VmHWM", residentBytes: () => 90, peakBytes: () => 620, reset: () => undefined };

async function measure(
  spec: Parameters<typeof forwardPassSchema.parse>[0],
  extra: Partial<ForwardPassInput> = {},
  options: FakeOptions = {},
): Promise<{ results: ForwardResult[]; fake: FakeDecoder }> {
  const fake = fakeDecoder(options);
  const input: ForwardPassInput = {
    decoder: fake.decoder,
    spec: forwardPassSchema.parse({
      sequenceLength: 8,
      warmup: 1,
      minIterations: 3,
      minSeconds: 0,
      ...(spec as object),
    }),
    memory,
    baseBytes: 90,
    loadPeakBytes: 440,
    vocabularySize: 100,
    seed: 0,
    ...extra,
  };
  const results: ForwardResult[] = [];
  for await (const result of forwardPass(input)) results.push(result);
  return { results, fake };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("forwardPass", () => {
  it("goes up in batch size, whatever order the spec has, each size once", async () => {
    const { results, fake } = await measure({ batchSizes: [8, 1, 4, 1] });
    expect(results.map(({ batchSize }) => batchSize)).toEqual([1, 4, 8]);
    expect(fake.batches.map((batch) => batch.length)).toEqual([1, 4, 8]);
  });

  it("times the wanted runs and keeps the warm-up apart", async () => {
    const { results } = await measure({ batchSizes: [1], warmup: 2, minIterations: 5 });
    expect(results[0]!.warmupMs).toHaveLength(2);
    expect(results[0]!.latencyMs).toHaveLength(5);
    expect(results[0]!.latencyMs.every((ms) => ms >= 0)).toBe(true);
  });

  it("goes on until the wanted time was measured", async () => {
    let now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now);
    const onRun = (): void => void (now += 100);
    const { results } = await measure(
      { batchSizes: [1], warmup: 0, minIterations: 3, minSeconds: 0.75 },
      {},
      { onRun },
    );
    expect(results[0]!.latencyMs).toEqual(Array(8).fill(100));
  });

  it("stops at 200 runs of a model that is too fast to fill the time", async () => {
    const { results } = await measure({ batchSizes: [1], minIterations: 3, minSeconds: 1e6 });
    expect(results[0]!.latencyMs).toHaveLength(200);
  });

  it("runs more than 200 times where the spec asks for it", async () => {
    const { results } = await measure({ batchSizes: [1], minIterations: 205 });
    expect(results[0]!.latencyMs).toHaveLength(205);
  });

  it("takes memory above the idle process, and never below what loading took (oracle: 530 and 530)", async () => {
    const { results } = await measure({ batchSizes: [1] });
    expect(results[0]).toMatchObject({ runPeakBytes: 530, peakMemoryBytes: 530, deviceMemoryBytes: null });
    const small = await measure({ batchSizes: [1] }, { memory: { ...memory, peakBytes: () => 200 } });
    expect(small.results[0]).toMatchObject({ runPeakBytes: 110, peakMemoryBytes: 440 });
  });

  it("resets the peak before each batch size and after its input was built", async () => {
    const events: string[] = [];
    const onRun = (): void => void events.push("run");
    const resets = { ...memory, reset: () => void events.push("reset") };
    await measure({ batchSizes: [1, 2], warmup: 0, minIterations: 1 }, { memory: resets }, { onRun });
    expect(events).toEqual(["reset", "run", "reset", "run"]);
  });

  it("feeds the same ids for the same seed, others for another", async () => {
    const ids = async (seed: number) => (await measure({ batchSizes: [1, 4] }, { seed })).fake.batches;
    expect(await ids(3)).toEqual(await ids(3));
    expect(await ids(4)).not.toEqual(await ids(3));
  });

  it("feeds full rows of ids of the vocabulary, no two alike", async () => {
    const { fake } = await measure({ batchSizes: [32], sequenceLength: 16 }, { vocabularySize: 50 });
    const [batch] = fake.batches;
    expect(batch!.every((row) => row.length === 16 && row.every((id) => id >= 0 && id < 50))).toBe(true);
    expect(new Set(batch!.map((row) => row.join())).size).toBe(32);
  });

  it("skips a batch size whose logits do not fit into memory, and says what they need", async () => {
    vi.spyOn(process, "availableMemory").mockReturnValue(10 * 2 ** 20);
    // 100 MiB of logits a sequence, and once more in JavaScript.
    const vocabularySize = (50 * 2 ** 20) / 8 / 4;
    const { results, fake } = await measure({ batchSizes: [1, 2] }, { vocabularySize: 10 }, { vocabularySize });
    expect(fake.batches).toEqual([]);
    expect(results.map(({ skipped }) => skipped)).toEqual([
      "not run: its logits need 100 MiB, 8 MiB may be used",
      "not run: its logits need 200 MiB, 8 MiB may be used",
    ]);
    expect(results[0]).toMatchObject({ latencyMs: [], warmupMs: [], peakMemoryBytes: null, foreignLoadCores: null });
  });

  it("measures the sizes that fit before one that does not", async () => {
    vi.spyOn(process, "availableMemory").mockReturnValue(100 * 2 ** 20);
    const { results } = await measure({ batchSizes: [1, 64] }, {}, { vocabularySize: 2 ** 18 });
    expect(results.map(({ skipped }) => skipped !== null)).toEqual([false, true]);
  });

  it("keeps to the spec's limit of memory too", async () => {
    const { results } = await measure({ batchSizes: [1] }, { memoryLimitBytes: 1000 });
    expect(results[0]!.skipped).toMatch(/^not run: its logits need/);
  });

  it("skips logits with more values than a tensor can count, however much memory there is", async () => {
    vi.spyOn(process, "availableMemory").mockReturnValue(2 ** 50);
    const { results } = await measure({ batchSizes: [64], sequenceLength: 512 }, {}, { vocabularySize: 2 ** 17 });
    expect(results[0]!.skipped).toBe(
      "not run: its logits have 4,294,967,296 values, more than one tensor can hold here",
    );
  });

  it("does not hide a run that fails", async () => {
    const onRun = (): void => {
      throw new Error("the graph wants a batch of 1");
    };
    await expect(measure({ batchSizes: [2] }, {}, { onRun })).rejects.toThrow("the graph wants a batch of 1");
  });
});
