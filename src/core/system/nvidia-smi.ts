/**
 * What NVIDIA's own tool says, read from its CSV output (`--format=csv,noheader,nounits`; sizes in MiB). It comes with every
 * driver and needs no library of ours. Where it has no answer it writes "[N/A]", "[Not Supported]" or the like.
 */
import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import type { Gpu } from "#shared/providers/gpu.ts";

/** Runs nvidia-smi; null where it is not installed, finds no driver or device, or takes too long: nothing to say. */
export type NvidiaSmi = (args: readonly string[]) => string | null;

const MEBIBYTE = 2 ** 20;
const CSV = "--format=csv,noheader,nounits";
const PATIENCE = { encoding: "utf8", timeout: 10_000, windowsHide: true } as const;

/** For measuring processes, which have nothing else to do. */
export const nvidiaSmi: NvidiaSmi = (args) => {
  try {
    return execFileSync("nvidia-smi", [...args, CSV], { ...PATIENCE, stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return null;
  }
};

/** For processes that must stay awake: on some machines the driver takes seconds to answer. */
export async function askNvidiaSmi(args: readonly string[]): Promise<string | null> {
  try {
    return (await promisify(execFile)("nvidia-smi", [...args, CSV], PATIENCE)).stdout;
  } catch {
    return null;
  }
}

export const GPU_QUERY = ["--query-gpu=name,driver_version,memory.total"];
export const PROCESS_QUERY = ["--query-compute-apps=pid,used_memory"];
export const DEVICE_QUERY = ["--query-gpu=memory.used"];

/** The GPUs, from lines of `name, driver, MiB`. */
export function parseGpus(csv: string): Gpu[] {
  return rows(csv, 3).map((fields) => {
    // Whatever a name may hold, the last two fields are ours.
    const [driver, memory] = fields.slice(-2) as [string, string];
    return { name: fields.slice(0, -2).join(", "), driver, memoryBytes: bytes(memory) };
  });
}

/**
 * Device memory of some processes, from lines of `pid, MiB`: one line a process and GPU.
 * @returns bytes over all GPUs; null where none of them is listed, or listed without a number (Windows' display driver model)
 */
export function parseProcessMemory(csv: string, pids: ReadonlySet<number>): number | null {
  const own = rows(csv, 2).filter(([pid]) => pids.has(Number(pid)));
  return sum(own.map(([, memory]) => bytes(memory!)));
}

/** Memory in use over all GPUs, from lines of `MiB`; null where a GPU does not say. */
export function parseDeviceMemory(csv: string): number | null {
  return sum(rows(csv, 1).map(([memory]) => bytes(memory!)));
}

/** Lines with at least so many fields: messages such as "No devices were found" come on the same stream. */
function rows(csv: string, fields: number): string[][] {
  return csv
    .split("\n")
    .map((line) => line.split(",").map((field) => field.trim()))
    .filter((row) => row.length >= fields && row[0] !== "");
}

function bytes(mebibytes: string): number | null {
  return /^\d+$/.test(mebibytes) ? Number(mebibytes) * MEBIBYTE : null;
}

/** Null as soon as one part is unknown, and for no parts at all. */
function sum(parts: readonly (number | null)[]): number | null {
  if (parts.length === 0) return null;
  return parts.reduce((total, part) => (total === null || part === null ? null : total + part), 0);
}
