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

/** Bytes above those of the idle process, ONNX Runtime loaded and no session; 0 below. RangeError unless both are finite. */
export function aboveIdle(bytes: number, baseBytes: number): number {
  requireFinite([bytes, baseBytes], "Memory readings");
  return Math.max(0, bytes - baseBytes);
}

/** Highest readings of one process, above the idle one. */
interface MemoryPeaks {
  readonly loadPeakBytes: number;
  readonly runPeakBytes: number;
  /** Whether the high-water mark was set back between loading and the runs; only Linux can. */
  readonly markReset: boolean;
}

interface PeakMemory {
  /** The higher of the two: what the machine must have. */
  readonly headlineBytes: number;
  /** Loading took it: the runs stayed below, or as high. */
  readonly whileLoading: boolean;
  /** The run peak hides below the load peak, and is shown as "at most". */
  readonly runPeakIsBound: boolean;
}

export function peakMemory({ loadPeakBytes, runPeakBytes, markReset }: MemoryPeaks): PeakMemory {
  const whileLoading = runPeakBytes <= loadPeakBytes;
  return {
    headlineBytes: Math.max(loadPeakBytes, runPeakBytes),
    whileLoading,
    runPeakIsBound: whileLoading && !markReset,
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
