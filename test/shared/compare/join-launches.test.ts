import { describe, expect, it } from "vitest";
import type { DecodeLaunch } from "#shared/results.ts";
import { joinDecode, joinForward } from "#shared/compare/join-launches.ts";
import { forwardLaunch, MIB } from "./cells.ts";

describe("joinForward", () => {
  it("joins samples in launch order and takes the median of the launches' bytes", () => {
    const launches = [300, 100, 200].map((mebibytes, index) =>
      forwardLaunch(1, 10, mebibytes, { launch: index + 1, latencyMs: [index], repeats: index }),
    );
    expect(joinForward(launches)).toMatchObject([
      { batchSize: 1, latencyMs: [0, 1, 2], peakMemoryBytes: 200 * MIB, repeats: 3, skipped: null, launches },
    ]);
  });

  it("takes peaks from processes of that batch size alone where there are any, and times never", () => {
    const alone = forwardLaunch(8, 10, 500, { kind: "memory", latencyMs: [], computeMs: [] });
    const [result] = joinForward([forwardLaunch(8, 10, 600, { latencyMs: [1] }), alone]);
    expect(result).toMatchObject({ peakMemoryBytes: 500 * MIB, latencyMs: [1] });
  });

  it("is skipped only where no launch measured it", () => {
    const skipped = forwardLaunch(32, 1, 1, {
      latencyMs: [],
      computeMs: [],
      peakMemoryBytes: null,
      skipped: "not run",
    });
    expect(joinForward([skipped])[0]).toMatchObject({ skipped: "not run", peakMemoryBytes: null });
    const later = forwardLaunch(32, 10, 100, { launch: 2 });
    expect(joinForward([skipped, later])[0]).toMatchObject({ skipped: null, peakMemoryBytes: 100 * MIB });
  });

  it("keeps batch sizes and sequence lengths apart", () => {
    const rows = [forwardLaunch(1, 1, 1), forwardLaunch(1, 1, 1, { sequenceLength: 512 }), forwardLaunch(2, 1, 1)];
    expect(joinForward(rows).map(({ batchSize, sequenceLength }) => [batchSize, sequenceLength])).toEqual([
      [1, 128],
      [1, 512],
      [2, 128],
    ]);
  });
});

function decode(way: DecodeLaunch["way"], launch: number, extra: Partial<DecodeLaunch> = {}): DecodeLaunch {
  return {
    launch,
    way,
    method: way === "user" ? "plain" : "slim",
    graph: "exported",
    batchSize: 1,
    depth: 0,
    promptTokens: 128,
    timeToFirstTokenMs: [64],
    interTokenMs: [10, 10],
    foreignLoadCores: null,
    skipped: null,
    ...extra,
  };
}

describe("joinDecode", () => {
  it("gives the oracle's speeds: 128 tokens in 64 ms, 63 tokens in half a second", () => {
    const interTokenMs = Array<number>(63).fill(500 / 63);
    const [result] = joinDecode([decode("user", 1, { interTokenMs })]);
    expect(result!.prefillTokensPerSecond).toBeCloseTo(2000, 9);
    expect(result!.decodeTokensPerSecond).toBeCloseTo(126, 9);
    expect(result!.compute).toBeNull();
  });

  it("divides all tokens of a launch by all their time, and takes the median over launches", () => {
    const launches = [
      [10, 30],
      [5, 5],
      [100, 100],
    ].map((interTokenMs, index) => decode("user", index + 1, { interTokenMs }));
    expect(joinDecode(launches)[0]!.decodeTokensPerSecond).toBe(50);
  });

  it("counts the tokens of every sequence of a batch", () => {
    const [result] = joinDecode([decode("user", 1, { batchSize: 4 })]);
    expect(result).toMatchObject({ prefillTokensPerSecond: 8000, decodeTokensPerSecond: 400 });
  });

  it("keeps the two ways apart and names how the second decoded", () => {
    const [result] = joinDecode([decode("user", 1), decode("compute", 1, { interTokenMs: [5, 5] })]);
    expect(result).toMatchObject({
      decodeTokensPerSecond: 100,
      compute: { decodeTokensPerSecond: 200, method: "slim" },
    });
  });

  it("has no decode speed for a single token, and no speed at all where it was skipped", () => {
    expect(joinDecode([decode("user", 1, { interTokenMs: [] })])[0]!.decodeTokensPerSecond).toBeNull();
    const skipped = decode("user", 1, { timeToFirstTokenMs: [], interTokenMs: [], skipped: "too long" });
    expect(joinDecode([skipped])[0]).toMatchObject({ skipped: "too long", prefillTokensPerSecond: null });
  });
});
