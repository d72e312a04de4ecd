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
  return fieldBytes(readFileSync("/proc/self/status", "utf8"), field) ?? 0;
}

function fieldBytes(status: string, field: string): number | null {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status);
  return line ? Number(line[1]) * 1024 : null;
}

/** What the resident memory is made of; null where the system does not tell. */
interface ResidentParts {
  /** Memory of its own, which the system can free by swapping only. */
  readonly anonymousBytes: number | null;
  /** Pages of files, mapped weights above all, which the system may drop and read again. */
  readonly fileBytes: number | null;
  /** Whether a part was swapped out: peaks are too low and times too long then. */
  readonly swapped: boolean;
}

/** @param status the text of /proc/PID/status (proc_pid_status(5)); null on other systems */
export function residentParts(status = readStatus()): ResidentParts {
  if (status === null) return { anonymousBytes: null, fileBytes: null, swapped: false };
  return {
    anonymousBytes: fieldBytes(status, "RssAnon"),
    fileBytes: fieldBytes(status, "RssFile"),
    swapped: (fieldBytes(status, "VmSwap") ?? 0) > 0,
  };
}

function readStatus(): string | null {
  return process.platform === "linux" ? readFileSync("/proc/self/status", "utf8") : null;
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

/** Dropped outputs may pile up to this before they are collected, between two steps or questions. */
export const GARBAGE_BYTES = 64 * 2 ** 20;

/**
 * Watches what JavaScript holds in buffers, outputs of earlier runs among them: for loops of many short runs, where a
 * collection after each would take longer than the run. Call the returned function between runs.
 * @param limitBytes growth since the last collection at which there is another
 */
export function openGarbageWatch(limitBytes: number): () => void {
  let heldBytes = process.memoryUsage().arrayBuffers;
  return () => {
    if (process.memoryUsage().arrayBuffers - heldBytes <= limitBytes) return;
    collectGarbage();
    heldBytes = process.memoryUsage().arrayBuffers;
  };
}
