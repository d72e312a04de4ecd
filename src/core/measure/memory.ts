import { readFileSync, writeFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { MemoryResult } from "#shared/results.ts";

/**
 * Peak memory of this process. On Linux the kernel's high-water mark (VmHWM) is exact and can be reset through
 * /proc/self/clear_refs (proc_pid_clear_refs(5)), so that phases are told apart. Elsewhere only the process's whole-life
 * peak is known: correct for ascending batch sizes, too high for anything smaller that follows.
 */
export interface PeakMemory {
  readonly source: MemoryResult["source"];
  /** Resident bytes now. */
  residentBytes(): number;
  /** Highest resident bytes since the last reset (or since the process started). */
  peakBytes(): number;
  reset(): void;
}

export function openPeakMemory(): PeakMemory {
  return canReset() ? linuxPeak : wholeLifePeak;
}

const linuxPeak: PeakMemory = {
  source: "VmHWM",
  residentBytes: () => statusBytes("VmRSS"),
  peakBytes: () => statusBytes("VmHWM"),
  reset: () => {
    writeFileSync("/proc/self/clear_refs", "5");
  },
};

const wholeLifePeak: PeakMemory = {
  source: "maxRSS",
  residentBytes: () => process.memoryUsage.rss(),
  // libuv gives KiB on every system.
  peakBytes: () => process.resourceUsage().maxRSS * 1024,
  reset: () => undefined,
};

function canReset(): boolean {
  if (process.platform !== "linux") return false;
  try {
    linuxPeak.reset();
    // Some sandboxes have the file to write to and no high-water mark to read.
    return linuxPeak.peakBytes() > 0;
  } catch {
    return false;
  }
}

function statusBytes(field: "VmRSS" | "VmHWM"): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync("/proc/self/status", "utf8"));
  return Number(line?.[1] ?? 0) * 1024;
}

let gc: (() => void) | null = null;

/**
 * Collects garbage now. Between timed runs, never inside: without it dropped outputs pile up and peak memory wanders by
 * 5-10 % from launch to launch.
 */
export function collectGarbage(): void {
  if (!gc) {
    setFlagsFromString("--expose-gc");
    gc = runInNewContext("gc") as () => void;
  }
  gc();
}
