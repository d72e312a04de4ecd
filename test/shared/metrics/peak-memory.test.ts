import { describe, expect, it } from "vitest";
import { memoryDiffers, peakMemory } from "#shared/metrics/peak-memory.ts";

const MIB = 2 ** 20;
const loaded = { baseBytes: 90, loadMarkBytes: Math.max(90, 300, 530, 480), steadyBytes: 500 };

describe("peakMemory", () => {
  it("is the worked example's 440, 410 and 530, and 530 is the headline", () => {
    const peak = peakMemory({ ...loaded, runMarkBytes: Math.max(480, 620, 610), markReset: true });
    expect(peak).toEqual({
      loadPeakBytes: 440,
      steadyBytes: 410,
      runPeakBytes: 530,
      runPeakIsBound: false,
      headlineBytes: 530,
    });
  });

  it("knows a run peak only as at most 440 where the mark of loading was not reset", () => {
    const peak = peakMemory({ ...loaded, runMarkBytes: Math.max(530, 510), markReset: false });
    expect(peak).toMatchObject({ runPeakBytes: 440, runPeakIsBound: true, headlineBytes: 440 });
  });

  it("knows one above the mark of loading all the same", () => {
    const peak = peakMemory({ ...loaded, runMarkBytes: 620, markReset: false });
    expect(peak).toMatchObject({ runPeakBytes: 530, runPeakIsBound: false });
  });

  it("has the load peak as headline where the runs stay below", () => {
    const peak = peakMemory({ ...loaded, runMarkBytes: 510, markReset: true });
    expect(peak).toMatchObject({ runPeakBytes: 420, headlineBytes: 440, runPeakIsBound: false });
  });

  it("is never below 0, and refuses NaN", () => {
    const small = { baseBytes: 90, loadMarkBytes: 80, steadyBytes: 70, runMarkBytes: 60, markReset: true };
    expect(peakMemory(small)).toMatchObject({ loadPeakBytes: 0, steadyBytes: 0, headlineBytes: 0 });
    expect(() => peakMemory({ ...small, baseBytes: Number.NaN })).toThrow(RangeError);
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
