import { describe, expect, it } from "vitest";
import type { CellResult, Comparison, Verdict } from "#shared/results.ts";
import { readLimits, rangeAround, weighed } from "../../../src/renderer/views/result/limits.ts";
import { placementOf } from "../../../src/renderer/views/result/placement.ts";
import { answerWord, ranked } from "../../../src/renderer/views/result/ranking.ts";

function comparison(candidate: string, answer: Verdict["answer"], memory = 1, speed = 1): Comparison {
  return {
    candidate,
    memoryRatio: [{ batchSize: 1, ratio: memory, low: memory, high: memory }],
    latencyRatio: [{ batchSize: 1, ratio: speed, low: speed, high: speed, kind: "runs", launches: 1 }],
    verdict: { answer, sentence: "", reasons: [], questionsToDecide: null },
  } as unknown as Comparison;
}

describe("ranked", () => {
  it("puts what is worth it first, the largest saving of memory and time before", () => {
    const order = ranked([
      comparison("kept", "keep", 9, 9),
      comparison("unknown", "not enough data", 8, 8),
      comparison("small", "quantize", 2, 1.1),
      comparison("large", "quantize", 1.5, 3),
    ]).map(({ candidate }) => candidate);
    expect(order).toEqual(["large", "small", "unknown", "kept"]);
  });

  it("leaves the run's order where nothing is recommended, and stands without costs", () => {
    const bare = { ...comparison("b", "quantize"), memoryRatio: [], latencyRatio: [] };
    expect(ranked([comparison("x", "keep", 1), comparison("y", "keep", 5)]).map(({ candidate }) => candidate)).toEqual([
      "x",
      "y",
    ]);
    expect(ranked([bare])).toEqual([bare]);
  });
});

describe("answerWord", () => {
  it("calls it quantizing only where the precision is lower", () => {
    expect(answerWord("quantize", "fp32", "int4")).toBe("Quantize");
    expect(answerWord("quantize", "int4", "fp32")).toBe("Switch");
    expect(answerWord("quantize", "fp32", "fp32")).toBe("Switch");
    expect(answerWord("keep", "fp32", "int4")).toBe("Keep the reference");
  });
});

describe("readLimits", () => {
  it("takes what was kept", () => {
    const limits = { marginPoints: 2.5, peakMemoryBytes: 5e8, latencyMs: 12 };
    expect(readLimits(limits)).toEqual(limits);
  });

  it("drops what makes no sense and keeps the rest", () => {
    expect(readLimits({ marginPoints: -1, peakMemoryBytes: "much", latencyMs: 7 })).toEqual({
      marginPoints: 1,
      latencyMs: 7,
    });
    for (const kept of [null, undefined, "x", 3, [], { marginPoints: NaN, latencyMs: 0, peakMemoryBytes: Infinity }]) {
      expect(readLimits(kept)).toEqual({ marginPoints: 1 });
    }
  });
});

describe("rangeAround", () => {
  it("reaches half again above the largest value, in round steps", () => {
    expect(rangeAround([300, 714])).toEqual({ min: 10, max: 1080, step: 10 });
    expect(rangeAround([0.02])).toMatchObject({ step: 0.0002 });
  });

  it("is null where there is nothing to limit", () => {
    expect(rangeAround([])).toBeNull();
    expect(rangeAround([0])).toBeNull();
  });
});

describe("weighed", () => {
  it("takes the smallest batch size that was measured, the device's memory before the machine's", () => {
    const launch = {
      launch: 1,
      kind: "timing",
      batchSize: 1,
      peakMemoryBytes: 100,
      runPeakBytes: 100,
      fileBytes: null,
    };
    const row = { batchSize: 1, latencyMs: [3, 1, 2], skipped: null };
    const withDevice = (deviceMemoryBytes: number | null): object => ({
      ...row,
      launches: [{ ...launch, deviceMemoryBytes, skipped: null }],
    });
    const cells = [
      { forward: [{ ...row, skipped: "too large", launches: [] }, withDevice(null)], launches: [] },
      { forward: [{ ...withDevice(50), latencyMs: [] }], launches: [] },
      { forward: [], launches: [] },
    ] as unknown as CellResult[];
    expect(weighed(cells)).toEqual({ bytes: [100, 50], ms: [2] });
  });
});

describe("placementOf", () => {
  it("counts nodes that ran elsewhere than asked", () => {
    expect(placementOf("cuda", { CPUExecutionProvider: 12, CUDAExecutionProvider: 162 })).toEqual({
      nodes: 174,
      elsewhere: 12,
      rows: [
        { name: "CUDA", count: 162 },
        { name: "CPU", count: 12 },
      ],
    });
  });

  it("knows nothing of a cell that was not loaded, and names providers it does not know as they are", () => {
    expect(placementOf("cpu", {})).toEqual({ nodes: 0, elsewhere: 0, rows: [] });
    expect(placementOf("cpu", { NewExecutionProvider: 2 })).toMatchObject({
      elsewhere: 2,
      rows: [{ name: "NewExecutionProvider", count: 2 }],
    });
  });
});
