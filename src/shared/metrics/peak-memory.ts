import { requireFinite } from "../stats/require.ts";
import { describeMetric } from "./descriptor.ts";

export const peakMemoryMetric = describeMetric({
  id: "peakMemory",
  label: "Peak memory",
  unit: "bytes",
  direction: "lower",
  aggregation: "max(load peak, run peak) above the idle process; median over launches, smallest to largest shown",
});

export const memoryRatioMetric = describeMetric({
  id: "memoryRatio",
  label: "Memory saved against the reference",
  unit: "ratio",
  direction: "higher",
  aggregation: "reference over candidate of peak memory; below max(2 %, 5 MiB) no difference",
});

/** Readings of one process, in bytes, all absolute. */
export interface MemoryReadings {
  /** Resident after ONNX Runtime is loaded, before the session exists. */
  readonly baseBytes: number;
  /** High-water mark at the end of loading. */
  readonly loadMarkBytes: number;
  /** Resident after a forward pass and garbage collection. */
  readonly steadyBytes: number;
  /** High-water mark at the end of the runs. */
  readonly runMarkBytes: number;
  /** Whether the mark was set back between loading and the runs; only Linux can. */
  readonly markReset: boolean;
}

/** Bytes above the idle process. */
export interface PeakMemory {
  readonly loadPeakBytes: number;
  readonly steadyBytes: number;
  readonly runPeakBytes: number;
  /** The run peak hides below the load peak and is shown as "at most". */
  readonly runPeakIsBound: boolean;
  /** max(load peak, run peak): what the machine must have. */
  readonly headlineBytes: number;
}

/** Peaks above base from one process's marks. RangeError for readings that are not finite; a reading below base is 0. */
export function peakMemory(readings: MemoryReadings): PeakMemory {
  const { baseBytes, loadMarkBytes, steadyBytes, runMarkBytes, markReset } = readings;
  requireFinite([baseBytes, loadMarkBytes, steadyBytes, runMarkBytes], "Memory readings");
  const above = (bytes: number): number => Math.max(0, bytes - baseBytes);
  return {
    loadPeakBytes: above(loadMarkBytes),
    steadyBytes: above(steadyBytes),
    runPeakBytes: above(runMarkBytes),
    runPeakIsBound: !markReset && runMarkBytes <= loadMarkBytes,
    headlineBytes: Math.max(above(loadMarkBytes), above(runMarkBytes)),
  };
}

const NEGLIGIBLE_SHARE = 0.02;
const NEGLIGIBLE_BYTES = 5 * 2 ** 20;

/** Whether two peaks differ by more than max(2 % of the reference, 5 MiB): less is within what launches scatter. */
export function memoryDiffers(referenceBytes: number, candidateBytes: number): boolean {
  requireFinite([referenceBytes, candidateBytes], "Peaks");
  const least = Math.max(NEGLIGIBLE_SHARE * referenceBytes, NEGLIGIBLE_BYTES);
  return Math.abs(referenceBytes - candidateBytes) >= least;
}
