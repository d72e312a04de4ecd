import { describe, expect, it } from "vitest";
import { aboveIdle, memoryDiffers, peakMemory } from "#shared/metrics/peak-memory.ts";

const MIB = 2 ** 20;
// The worked example: 90 idle; loading reads 300, 530 and 480, running 620 and 610, and 500 is left.
const loadPeakBytes = aboveIdle(Math.max(300, 530, 480), 90);

describe("aboveIdle", () => {
  it("is the worked example's 440 while loading, 410 steady and 530 while running", () => {
    expect([loadPeakBytes, aboveIdle(500, 90), aboveIdle(Math.max(480, 620, 610), 90)]).toEqual([440, 410, 530]);
  });

  it("is never below 0, and refuses NaN", () => {
    expect(aboveIdle(80, 90)).toBe(0);
    expect(() => aboveIdle(80, Number.NaN)).toThrow(RangeError);
    expect(() => aboveIdle(Infinity, 90)).toThrow(RangeError);
  });
});

describe("peakMemory", () => {
  it("has the worked example's 530 as headline", () => {
    const peak = peakMemory({ loadPeakBytes, runPeakBytes: aboveIdle(620, 90), markReset: true });
    expect(peak).toEqual({ headlineBytes: 530, whileLoading: false, runPeakIsBound: false });
  });

  it("knows a run peak only as at most 440 where the mark of loading was not reset", () => {
    const runPeakBytes = aboveIdle(Math.max(530, 510), 90);
    expect(runPeakBytes).toBe(440);
    const peak = peakMemory({ loadPeakBytes, runPeakBytes, markReset: false });
    expect(peak).toEqual({ headlineBytes: 440, whileLoading: true, runPeakIsBound: true });
  });

  it("knows one above the mark of loading all the same", () => {
    expect(peakMemory({ loadPeakBytes, runPeakBytes: 530, markReset: false }).runPeakIsBound).toBe(false);
  });

  it("has the load peak as headline where the runs stay below", () => {
    const peak = peakMemory({ loadPeakBytes, runPeakBytes: 420, markReset: true });
    expect(peak).toEqual({ headlineBytes: 440, whileLoading: true, runPeakIsBound: false });
  });
});

describe("memoryDiffers", () => {
  it("needs 2 % and 5 MiB", () => {
    expect(memoryDiffers(1000 * MIB, 981 * MIB)).toBe(false);
    expect(memoryDiffers(1000 * MIB, 980 * MIB)).toBe(true);
    expect(memoryDiffers(100 * MIB, 96 * MIB)).toBe(false);
    expect(memoryDiffers(100 * MIB, 105 * MIB)).toBe(true);
  });

  it("refuses NaN", () => {
    expect(() => memoryDiffers(Number.NaN, 1)).toThrow(RangeError);
  });
});
