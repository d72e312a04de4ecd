import { assertFinite } from "../stats/assert-input.ts";
import { describeMetric } from "./descriptor.ts";

export const peakMemoryMetric = describeMetric({
  id: "peakMemory",
  label: "Peak memory",
  unit: "bytes",
  direction: "lower",
  aggregation:
    "max(load peak, run peak) above the idle process, pages of mapped files left out where the system tells them apart; " +
    "median over launches, order-statistics 95 %, a range below 6",
});

export const memoryRatioMetric = describeMetric({
  id: "memoryRatio",
  label: "Memory saved against the reference",
  unit: "ratio",
  direction: "higher",
  aggregation:
    "reference over candidate, of the medians that are shown; signed-rank 95 % over pairs of launches, stretched to hold it; " +
    "below max(2 %, 5 MiB) no difference",
});

/**
 * What is counted. `device`: the process's memory on the device. `anonymous`: the process's own memory, which the system cannot
 * take back; mapped files stand beside it. `resident`: both together, where the system does not tell them apart.
 */
export const MEMORY_OF = ["device", "anonymous", "resident"] as const;
export type MemoryOf = (typeof MEMORY_OF)[number];

/** Bytes above those of the idle process, ONNX Runtime loaded and no session; 0 below. RangeError unless both are finite. */
export function aboveIdle(bytes: number, baseBytes: number): number {
  assertFinite([bytes, baseBytes], "Memory readings");
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
  assertFinite([referenceBytes, candidateBytes], "Peaks");
  const least = Math.max(NEGLIGIBLE_SHARE * referenceBytes, NEGLIGIBLE_BYTES);
  return Math.abs(referenceBytes - candidateBytes) >= least;
}
