import { afterEach, describe, expect, it, vi } from "vitest";
import type { ForwardLaunch } from "#shared/results.ts";
import { forwardPassSchema } from "#shared/spec.ts";
import { forwardPass, type ForwardPassInput } from "#core/measure/forward-pass.ts";
import type { PeakMemory } from "#core/measure/memory.ts";
import { type FakeDecoder, fakeDecoder, type FakeOptions } from "./fake-decoder.ts";

const memory: PeakMemory = { source: "VmHWM", residentBytes: () => 90, peakBytes: () => 620, reset: () => undefined };

async function measure(
  spec: Parameters<typeof forwardPassSchema.parse>[0],
  extra: Partial<ForwardPassInput> = {},
  options: FakeOptions = {},
): Promise<{ results: ForwardLaunch[]; fake: FakeDecoder }> {
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
    launch: 2,
    kind: "timing",
    memory,
    baseBytes: 90,
    loadPeakBytes: 440,
    vocabularySize: 100,
    seed: 0,
    sampler: { add: () => undefined, tick: () => undefined },
    ...extra,
  };
  const results: ForwardLaunch[] = [];
  for await (const result of forwardPass(input)) results.push(result);
  return { results, fake };
}

/** A clock that only a run moves. */
function fakeClock(): { advance: (ms: number) => void } {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  return { advance: (ms) => void (now += ms) };
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

  it("says which launch it was", async () => {
    const { results } = await measure({ batchSizes: [1] });
    expect(results[0]).toMatchObject({ launch: 2, kind: "timing", sequenceLength: 8, repeats: 0 });
  });

  it("times user and compute runs in turn, as many of each", async () => {
    const clock = fakeClock();
    const order: string[] = [];
    const run = (name: string, ms: number) => (): void => {
      order.push(name);
      clock.advance(ms);
    };
    const { results } = await measure(
      { batchSizes: [1], warmup: 0, minIterations: 4 },
      {},
      { onRun: run("user", 30), onCompute: run("compute", 20) },
    );
    expect(results[0]!.latencyMs).toEqual([30, 30, 30, 30]);
    expect(results[0]!.computeMs).toEqual([20, 20, 20, 20]);
    expect(order.join()).toBe("user,compute,user,compute,user,compute,user,compute");
  });

  it("has no compute times where a graph has no smaller output than its logits", async () => {
    expect((await measure({ batchSizes: [1] })).results[0]!.computeMs).toEqual([]);
  });

  it("takes memory above the idle process, and never below what loading took (oracle: 530 and 530)", async () => {
    const { results } = await measure({ batchSizes: [1] });
    expect(results[0]).toMatchObject({ runPeakBytes: 530, peakMemoryBytes: 530, deviceMemoryBytes: null });
    const small = await measure({ batchSizes: [1] }, { memory: { ...memory, peakBytes: () => 200 } });
    expect(small.results[0]).toMatchObject({ runPeakBytes: 110, peakMemoryBytes: 440 });
  });

  it("resets the peak before each batch size and after its input was built", async () => {
    const clock = fakeClock();
    const events: string[] = [];
    const onRun = (): void => {
      events.push("run");
      clock.advance(10);
    };
    const resets = { ...memory, reset: () => void events.push("reset") };
    await measure({ batchSizes: [1, 2], warmup: 0, minIterations: 3 }, { memory: resets }, { onRun });
    expect(events.join()).toBe("reset,run,run,run,reset,run,run,run");
  });

  it("takes the peak of runs that are looped from before the loops, where outputs pile up", async () => {
    const clock = fakeClock();
    let runs = 0;
    const onRun = (): void => {
      runs++;
      clock.advance(0.5);
    };
    const piling = { ...memory, peakBytes: () => 90 + runs };
    const { results } = await measure({ batchSizes: [1], warmup: 7, minIterations: 3 }, { memory: piling }, { onRun });
    expect(runs).toBe(7 + 3 * 10);
    expect(results[0]).toMatchObject({ runPeakBytes: 7, latencyMs: [0.5, 0.5, 0.5] });
  });

  it("makes three runs for memory alone, and times none", async () => {
    let runs = 0;
    const onRun = (): void => {
      runs++;
    };
    const { results } = await measure({ batchSizes: [4], warmup: 9 }, { kind: "memory" }, { onRun });
    expect(runs).toBe(3);
    expect(results[0]).toMatchObject({ kind: "memory", latencyMs: [], computeMs: [], warmupMs: [], runPeakBytes: 530 });
  });

  it("asks the device for its memory after each batch size", async () => {
    const readings = [1000, 3000];
    const { results } = await measure({ batchSizes: [1, 2] }, { deviceMemory: () => readings.shift() ?? null });
    expect(results.map(({ deviceMemoryBytes }) => deviceMemoryBytes)).toEqual([1000, 3000]);
  });

  it.runIf(process.platform === "linux")(
    "splits what is resident into memory of its own and pages of files",
    async () => {
      const [result] = (await measure({ batchSizes: [1] })).results;
      const { anonymousBytes, fileBytes } = result!;
      expect(anonymousBytes).toBeGreaterThan(2 ** 20);
      expect(fileBytes).toBeGreaterThan(2 ** 20);
      expect(anonymousBytes! + fileBytes!).toBeLessThan(1.5 * process.memoryUsage.rss());
    },
  );

  it("counts the tokens of every run", async () => {
    const clock = fakeClock();
    let tokens = 0;
    const sampler = { add: (count: number) => void (tokens += count), tick: () => undefined };
    const onRun = (): void => {
      clock.advance(10);
    };
    await measure({ batchSizes: [2], warmup: 0, minIterations: 5 }, { sampler }, { onRun });
    expect(tokens).toBe(5 * 2 * 8);
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

  it("skips a batch size that does not fit, says why, and has no numbers for it", async () => {
    vi.spyOn(process, "availableMemory").mockReturnValue(10 * 2 ** 20);
    const vocabularySize = (50 * 2 ** 20) / 8 / 4;
    const { results, fake } = await measure({ batchSizes: [1, 2] }, { vocabularySize: 10 }, { vocabularySize });
    expect(fake.batches).toEqual([]);
    expect(results.map(({ skipped }) => skipped)).toEqual([
      "not run: its logits need 100 MiB, 8.00 MiB may be used",
      "not run: its logits need 200 MiB, 8.00 MiB may be used",
    ]);
    expect(results[0]).toMatchObject({ latencyMs: [], warmupMs: [], peakMemoryBytes: null, foreignLoadCores: null });
  });

  it("skips what two smaller batch sizes say would not fit", async () => {
    vi.spyOn(process, "availableMemory").mockReturnValue(1000);
    let peak = 0;
    const growing = { ...memory, peakBytes: () => (peak += 100), reset: () => undefined };
    const { results } = await measure(
      { batchSizes: [1, 2, 32], sequenceLength: 1 },
      { memory: growing, baseBytes: 0, memoryLimitBytes: 900, vocabularySize: 1 },
      { vocabularySize: 1 },
    );
    expect(results.map(({ skipped }) => skipped !== null)).toEqual([false, false, true]);
    expect(results[2]!.skipped).toContain("going by batch sizes 1 and 2");
  });

  it("does not hide a run that fails", async () => {
    const onRun = (): void => {
      throw new Error("the graph wants a batch of 1");
    };
    await expect(measure({ batchSizes: [2] }, {}, { onRun })).rejects.toThrow("the graph wants a batch of 1");
  });
});
