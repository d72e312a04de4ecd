import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { forwardPassSchema, type ForwardPassSpec } from "#shared/spec.ts";
import { loopLength, type Runs, timedBlock, warmUp } from "#core/measure/forward-runs.ts";

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs that take the given times, the last one for ever. */
function runs(...ms: number[]): Runs & { count: number } {
  const state = {
    count: 0,
    user: () => {
      now += ms[Math.min(state.count++, ms.length - 1)]!;
      return Promise.resolve();
    },
    compute: null,
    afterRuns: () => undefined,
  };
  return state;
}

const spec = (extra: Partial<ForwardPassSpec> = {}): ForwardPassSpec =>
  forwardPassSchema.parse({ warmup: 3, minIterations: 3, maxIterations: 50, minSeconds: 0, ...extra });
const once = { user: 1, compute: 1 };
const quiet = () => () => 0.05;

describe("warmUp", () => {
  it("keeps the cold run first and ends with the first six runs when the last three are no faster", async () => {
    expect(await warmUp(spec({ minSeconds: 2 }), runs(90, 50, 50, 50, 50, 50, 10))).toEqual([90, 50, 50, 50, 50, 50]);
  });

  it("goes on while the last three runs are more than 5 % faster than the three before", async () => {
    const ms = [100, 100, 100, 90, 90, 90, 90, 90];
    // After six runs 90 < 0.95 x 100; after seven too (100, 100, 90 before); after eight 90 against 90.
    expect(await warmUp(spec({ minSeconds: 2 }), runs(...ms))).toEqual([100, 100, 100, 90, 90, 90, 90, 90]);
  });

  it("ends after ten runs of a model that never gets steady", async () => {
    const ms = Array.from({ length: 20 }, (_, index) => 1000 * 0.8 ** index);
    expect(await warmUp(spec({ minSeconds: 2 }), runs(...ms))).toHaveLength(10);
  });

  it("ends after five times the block's least time, where that is more than a second", async () => {
    const ms = Array.from({ length: 20 }, (_, index) => 1000 * 0.8 ** index);
    expect(await warmUp(spec({ warmup: 1, minSeconds: 0.4 }), runs(...ms))).toEqual([1000, 800, 640]);
    expect(await warmUp(spec({ warmup: 1, minSeconds: 0 }), runs(...ms))).toEqual([1000]);
  });

  it("ends after ten seconds with the runs that the spec wants", async () => {
    expect(await warmUp(spec({ warmup: 3 }), runs(9000))).toEqual([9000, 9000, 9000]);
    expect(await warmUp(spec({ warmup: 1, minSeconds: 4 }), runs(9000))).toEqual([9000, 9000]);
  });

  it("makes no run where the spec wants none", async () => {
    expect(await warmUp(spec({ warmup: 0 }), runs(5))).toEqual([]);
  });

  it("makes as many as the spec wants, more than ten too", async () => {
    expect(await warmUp(spec({ warmup: 12 }), runs(5))).toHaveLength(12);
  });
});

describe("loopLength", () => {
  it.each([
    [1, 1],
    [400, 1],
    [0.99, 6],
    [0.5, 10],
    [0.1, 50],
    [0.0001, 1000],
    [0, 1000],
  ])("times runs of %d ms in loops of %d", (ms, length) => {
    expect(loopLength(ms)).toBe(length);
  });

  it("times each run alone where nothing is known", () => {
    expect(loopLength(null)).toBe(1);
  });
});

describe("timedBlock", () => {
  it("goes on until the wanted time was measured", async () => {
    const block = await timedBlock(spec({ minSeconds: 0.75 }), runs(100), once, quiet);
    expect(block.latencyMs).toEqual(Array(8).fill(100));
  });

  it("stops at the most runs of a model that is too fast to fill the time", async () => {
    const block = await timedBlock(spec({ minSeconds: 1e6, maxIterations: 20 }), runs(5), once, quiet);
    expect(block.latencyMs).toHaveLength(20);
  });

  it("never makes fewer than the fewest that the spec wants", async () => {
    const block = await timedBlock(spec({ minIterations: 70, maxIterations: 20 }), runs(5), once, quiet);
    expect(block.latencyMs).toHaveLength(70);
  });

  it("stops at the most seconds with the runs it has, three at least", async () => {
    const slow = await timedBlock(spec({ minIterations: 10, maxSeconds: 20 }), runs(3000), once, quiet);
    expect(slow.latencyMs).toHaveLength(7);
    const slower = await timedBlock(spec({ minIterations: 10, maxSeconds: 20 }), runs(60_000), once, quiet);
    expect(slower.latencyMs).toHaveLength(3);
  });

  it("gives the mean of a loop as one sample", async () => {
    const short = runs(0.25);
    const block = await timedBlock(spec({ minIterations: 4 }), short, { user: 20, compute: 1 }, quiet);
    expect(block.latencyMs).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(short.count).toBe(80);
  });

  it("counts the wanted time in runs, not in samples", async () => {
    const block = await timedBlock(spec({ minSeconds: 0.1 }), runs(0.5), { user: 10, compute: 1 }, quiet);
    expect(block.latencyMs).toHaveLength(20);
  });

  it("repeats a block that other programs disturbed, and keeps the last with its load", async () => {
    const loads = [0.9, 0.02];
    const block = await timedBlock(spec({ minSeconds: 1 }), runs(500, 500, 500, 400), once, () => () => loads.shift()!);
    expect(block).toMatchObject({ repeats: 1, foreignLoadCores: 0.02, latencyMs: [400, 400, 400] });
  });

  it("gives up after two repeats and says how disturbed the last was", async () => {
    const loads = [0.9, 0.8, 0.7, 0.1];
    const block = await timedBlock(spec({ minSeconds: 1 }), runs(500), once, () => () => loads.shift()!);
    expect(block).toMatchObject({ repeats: 2, foreignLoadCores: 0.7 });
    expect(block.latencyMs).toHaveLength(3);
  });

  it("does not repeat a first look, nor a block too short to tell", async () => {
    expect(await timedBlock(spec({ minSeconds: 0.5 }), runs(500), once, () => () => 0.9)).toMatchObject({ repeats: 0 });
    const short = await timedBlock(spec({ minSeconds: 1, maxIterations: 3 }), runs(5), once, () => () => null);
    expect(short).toMatchObject({ repeats: 0, foreignLoadCores: null });
  });

  it("never chooses a block by its times: 0.15 cores are quiet", async () => {
    const block = await timedBlock(spec({ minSeconds: 1 }), runs(9000, 500), once, () => () => 0.15);
    expect(block).toMatchObject({ repeats: 0, latencyMs: [9000, 500, 500] });
  });
});
