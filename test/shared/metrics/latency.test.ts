import { describe, expect, it } from "vitest";
import { forwardSpeed, scalingEfficiency } from "#shared/metrics/latency.ts";

describe("forwardSpeed", () => {
  it("of 8 sequences of 128 tokens in 200 ms is 25 ms each and 5,120 tokens/s", () => {
    expect(forwardSpeed(200, 8, 128)).toEqual({ msPerSequence: 25, tokensPerSecond: 5120 });
  });

  it("refuses no time and no tokens", () => {
    for (const ms of [0, -1, Infinity, Number.NaN]) expect(() => forwardSpeed(ms, 1, 1)).toThrow("above 0 ms");
    expect(() => forwardSpeed(1, 0, 1)).toThrow(RangeError);
    expect(() => forwardSpeed(1, 1, 0.5)).toThrow(RangeError);
  });
});

describe("scalingEfficiency", () => {
  it("is 1 when a batch costs its sequences, above when batching pays", () => {
    expect(scalingEfficiency(1, 20, 20)).toBe(1);
    expect(scalingEfficiency(8, 160, 20)).toBe(1);
    expect(scalingEfficiency(8, 80, 20)).toBe(2);
  });

  it("refuses no time", () => {
    expect(() => scalingEfficiency(8, 0, 20)).toThrow(RangeError);
    expect(() => scalingEfficiency(8, 20, Number.NaN)).toThrow(RangeError);
    expect(() => scalingEfficiency(0, 20, 20)).toThrow(RangeError);
  });
});
